// Templates on which nothing runs, by their files.
import { rmSync } from 'node:fs';
import { begunRevert, runs } from '../advice/half-way.ts';
import { checkLasting } from '../checks.ts';
import { MEBIBYTE, makeImage, writeRandomAt } from '../images.ts';
import { markOverflowed, runTemplate } from '../life/in-process.ts';
import { finds, kindsFound, makeKnown } from './diagnosis.ts';
import { writeForeignHeader } from './stores.ts';

finds('a run that is not committed', {
  kinds: ['run-not-committed'],
  mends: true,
  plant: template => {
    runTemplate(template.root, template.rootCow, [0, MEBIBYTE]);
    return makeKnown(template);
  },
});

finds('a run that overflowed', {
  kinds: ['lost-store'],
  mends: true,
  plant: template => {
    runTemplate(template.root, template.rootCow, [0, MEBIBYTE]);
    markOverflowed(template.rootCow);
    return makeKnown(template);
  },
});

finds('a store on another version of its image', {
  kinds: ['another-version'],
  mends: true,
  plant: template => {
    runTemplate(template.root, template.rootCow, [0, 4096]);
    writeRandomAt(template.root, 2 * MEBIBYTE, 512);
    return makeKnown(template);
  },
});

finds("something else in the place of a template's cow", {
  kinds: ['not-a-store'],
  mends: true,
  plant: template => {
    writeForeignHeader(template.rootCow);
    return makeKnown(template);
  },
});

finds('a revert that is half-way, by its mark', {
  kinds: ['half-reverted'],
  mends: true,
  plant: template => {
    runs(template, 1);
    begunRevert(template, 1);
    return makeKnown(template);
  },
});

checkLasting(
  'the cow of an image that was replaced is put aside by whatever starts: no fault',
  async (test, template) => {
    runTemplate(template.root, template.rootCow, [0, 4096]);
    rmSync(template.root);
    makeImage(template.root, 4 * MEBIBYTE, 'random');
    const forget = makeKnown(template);
    test.same(await kindsFound(test), []);
    forget();
  },
);
