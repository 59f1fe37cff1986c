import { check } from '../checks.ts';
import { CHUNK_BYTES, MEBIBYTE, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { blockSnapshot } from '../programs.ts';
import { commitHere, markOverflowed, revisionsHere, runTemplate } from './in-process.ts';

check(
  'revisions says when each run ended, how much it changed, and whether its undo is whole',
  (test, template) => {
    const { root, rootCow } = template;
    const started = Date.now();
    for (const chunks of [1, 8]) {
      runTemplate(root, rootCow, [0, chunks * CHUNK_BYTES]);
      commitHere(root, { revisions: 2 });
    }
    markOverflowed(`${rootCow}.old.1`);
    const { status, stdout, stderr } = blockSnapshot('revisions', template.folder, '--json');
    test.same([status, stderr], [0, '']);
    const answer = JSON.parse(stdout);
    test.match(answer, {
      template: root,
      reverting: false,
      revisions: [
        { revision: 1, path: `${rootCow}.old`, changed: 8 * CHUNK_BYTES, state: 'valid' },
        { revision: 2, path: `${rootCow}.old.1`, changed: 0, state: 'overflowed' },
      ],
    });
    const [last, first] = answer.revisions.map(({ ended }: { ended: string }) => Date.parse(ended));
    test.ok(started <= first && first <= last && last <= Date.now());
    const lines = blockSnapshot('revisions', root).stdout.split('\n');
    test.match(lines[0], /^REVISION {2}ENDED +CHANGED {2}STATE +UNDO$/);
    test.match(lines[1], /^ {7}1 {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}1\.0 MiB {2}valid +\/.*root-cow\.img\.old$/);
    test.match(
      lines[2],
      /^ {7}2 {2}\d{4}-\d\d-\d\d \d\d:\d\d {8}- {2}overflowed {2}\/.*root-cow\.img\.old\.1$/,
    );
    test.equal(lines.length, 4);
  },
);

check('when a run ended stays what it was while a VM goes on using its cow', (test, template) => {
  const { root, rootCow } = template;
  const vm = prepareHere('snapshot', root, rootCow, template.vm1);
  runTemplate(root, rootCow, [0, 4096]);
  commitHere(root);
  const ended = revisionsHere(root)[0]?.ended;
  runTemplate(root, rootCow, [MEBIBYTE, 4096]);
  test.match(revisionsHere(root), [{ ended, changed: 2 * CHUNK_BYTES }]);
  writeRandomAt(`${rootCow}.old`, 40 * CHUNK_BYTES, 1);
  test.equal(revisionsHere(root)[0]?.ended, ended);
  cleanupHere('snapshot', vm);
});

check('a template without revisions says so', (test, template) => {
  test.same(blockSnapshot('revisions', template.root), {
    status: 0,
    stdout: `${template.root}: no finished run is kept\n`,
    stderr: '',
  });
});
