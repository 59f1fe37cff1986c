import { linkSync, renameSync, rmSync } from 'node:fs';
import { check } from '../checks.ts';
import { CHUNK_BYTES, MEBIBYTE, makeImage, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { planOverflow } from '../kernel-log.ts';
import { must } from '../programs.ts';
import { allLayers, makeSmallSnapshot, onlyTemplate, rotate, seen } from './seen.ts';

check(
  'a VM is outdated once a newer version was committed, and a VM that starts then is not',
  (test, template) => {
    const old = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
    test.same(outdatedCows(), [], 'before the commit nobody is outdated');
    rotate(template);
    const fresh = prepareHere('snapshot', template.root, template.rootCow, template.vm2);
    test.same(outdatedCows(), [`${template.rootCow}.old`, template.vm1]);
    test.same(
      onlyTemplate().versions.map(({ outdated }) => outdated),
      [false, true],
      'the present version comes first',
    );
    rmSync(`${template.rootCow}.old`);
    const [, version] = onlyTemplate().versions;
    test.match(version, {
      outdated: true,
      cow: { path: `${template.rootCow}.old`, place: 'deleted', size: null },
    });
    for (const node of [old, fresh]) cleanupHere('snapshot', node);
  },
);

check('a version whose revision was rotated twice, or thrown away, stays outdated', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow);
  rotate(template);
  renameSync(`${template.rootCow}.old`, `${template.rootCow}.old.1`);
  test.match(onlyTemplate().versions[0], { outdated: true, cow: { place: 'present' } });
  makeImage(`${template.rootCow}.new`, MEBIBYTE);
  renameSync(`${template.rootCow}.new`, `${template.rootCow}.old.1`);
  test.match(onlyTemplate().versions[0], { outdated: true, cow: { place: 'replaced' } });
  rmSync(template.rootCow);
  test.equal(onlyTemplate().versions[0]?.outdated, true, 'also while there is no new cow yet');
  cleanupHere('snapshot', node);
});

check('a cow that is the same file under another name is not outdated', (test, template) => {
  const link = `${template.folder}/by-another-name.img`;
  linkSync(template.rootCow, link);
  const node = prepareHere('snapshot', template.root, link);
  test.equal(onlyTemplate().versions[0]?.outdated, false);
  cleanupHere('snapshot', node);
});

check('a cow that never was the own one of the template is not outdated', (test, template) => {
  const node = prepareHere('snapshot', template.root, `${template.folder}/vm1-cow.img`, template.vm2);
  test.same(outdatedCows(), []);
  cleanupHere('snapshot', node);
});

check('whether a VM is outdated cannot be told where the image has lost its name', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow);
  const kept = `${template.root}.kept`;
  linkSync(template.root, kept);
  rmSync(template.root);
  test.match(onlyTemplate(), {
    image: { path: template.root, place: 'deleted' },
    versions: [{ outdated: null }],
  });
  renameSync(kept, template.root);
  test.match(onlyTemplate(), { image: { place: 'present' }, versions: [{ outdated: false }] }, 'found again');
  cleanupHere('snapshot', node);
});

check('a store that overflowed is invalid, and so is what the layers on it show', (test, template) => {
  planOverflow();
  const lower = makeSmallSnapshot(template, template.rootCow, 4 * CHUNK_BYTES);
  const upper = prepareUpper(template.vm1, lower);
  test.match(onlyTemplate().versions[0], { state: 'active', onBroken: false });
  try {
    writeRandomAt(lower, 0, 2 * MEBIBYTE);
  } catch {
    // That is what an overflow looks like to the VM.
  }
  const [version] = onlyTemplate().versions;
  test.match(version, {
    state: 'invalid',
    onBroken: false,
    used: null,
    layers: [{ state: 'active', onBroken: true }],
  });
  for (const node of [upper, lower]) must('dmsetup', 'remove', node);
});

/** A layer made by hand: prepare refuses one on a cow that it has not made itself. @returns its node */
function prepareUpper(cow: string, lower: string): string {
  const loop = must('losetup', '-f', '--show', cow);
  const name = `${lower.slice('/dev/mapper/'.length)}-${must('stat', '-c', '%D:%i', cow)}`;
  must('dmsetup', 'create', name, '--table', `0 8192 snapshot ${lower} ${loop} P 256`);
  must('losetup', '-d', loop);
  return `/dev/mapper/${name}`;
}

function outdatedCows(): (string | null)[] {
  return seen()
    .templates.flatMap(({ versions }) => allLayers(versions))
    .filter(({ outdated }) => outdated === true)
    .map(({ cow }) => cow.path);
}
