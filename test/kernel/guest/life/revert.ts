import { existsSync, readdirSync, statSync } from 'node:fs';
import { check, checkLasting } from '../checks.ts';
import { allocatedBytes, CHUNK_BYTES, hashOf, MEBIBYTE, statKey, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { blockSnapshot } from '../programs.ts';
import { type Change, commitHere, refusalOf, revertHere, revisionsHere, runTemplate } from './in-process.ts';

const RUNS: [string, Change[]][] = [
  ['1 block', [[1_000_000, 1]]],
  [
    '10 %',
    [
      [0, 204_800],
      [3 * MEBIBYTE, 204_800],
    ],
  ],
  ['all of it', [[0, 4 * MEBIBYTE]]],
];

for (const [what, changes] of RUNS)
  checkLasting(`a revert of a run that changed ${what} brings back every byte`, async (test, template) => {
    const { root, rootCow } = template;
    runTemplate(root, rootCow, ...changes);
    test.not(hashOf(root), template.hash);
    commitHere(root);
    const undo = statKey(`${rootCow}.old`);
    test.match(await revertHere(root), { runs: 1, goesOn: false });
    test.equal(hashOf(root), template.hash);
    test.equal(statKey(rootCow), undo, "the undo's file is the template's cow now");
    test.ok(allocatedBytes(rootCow) <= 2 * CHUNK_BYTES, 'and takes no space');
    test.same(
      readdirSync(template.folder)
        .filter(name => name.startsWith('root'))
        .sort(),
      ['root-cow.img', 'root.img'],
    );
    const vm = prepareHere('snapshot', root, rootCow, template.vm1);
    test.equal(hashOf(vm), template.hash, 'a VM starts on it');
    runTemplate(root, rootCow, [0, 4 * MEBIBYTE]);
    test.equal(hashOf(vm), template.hash, 'and keeps its bytes in the next run');
    cleanupHere('snapshot', vm);
  });

/** Three runs, each of which writes where the one before has written as well. @returns the hashes before each, and after */
function threeRuns(root: string, rootCow: string): string[] {
  const hashes = [hashOf(root)];
  for (const number of [0, 1, 2]) {
    runTemplate(root, rootCow, [number * 500_000, MEBIBYTE], [3 * MEBIBYTE, 4096]);
    commitHere(root, { revisions: 5 });
    hashes.push(hashOf(root));
  }
  return hashes;
}

checkLasting('three runs are reverted one after the other', async (test, template) => {
  const { root, rootCow } = template;
  const hashes = threeRuns(root, rootCow);
  for (const left of [2, 1, 0]) {
    test.match(await revertHere(root), { runs: 1 });
    test.equal(hashOf(root), hashes[left]);
    test.equal(revisionsHere(root).length, left);
  }
});

checkLasting('three runs are reverted at once', async (test, template) => {
  const { root, rootCow } = template;
  const hashes = threeRuns(root, rootCow);
  test.match(await revertHere(root, 3), { runs: 3 });
  test.equal(hashOf(root), hashes[0]);
  test.same(
    readdirSync(template.folder)
      .filter(name => name.startsWith('root'))
      .sort(),
    ['root-cow.img', 'root.img'],
  );
});

checkLasting(
  'a revert that is asked for while another is under way waits for that, and does its own',
  async (test, template) => {
    const { root, rootCow } = template;
    const hashes = threeRuns(root, rootCow);
    let second: Promise<unknown> = Promise.resolve();
    const first = revertHere(root, 2, false, () => {
      second = revertHere(root, 1);
    });
    test.match(await first, { runs: 2, goesOn: false });
    test.match(await second, { runs: 1, goesOn: false });
    test.equal(hashOf(root), hashes[0]);
  },
);

checkLasting('of three runs two are reverted, and the first one afterwards', async (test, template) => {
  const { root, rootCow } = template;
  const hashes = threeRuns(root, rootCow);
  const oldest = statKey(`${rootCow}.old.2`);
  await revertHere(root, 2);
  test.equal(hashOf(root), hashes[1]);
  test.equal(statKey(`${rootCow}.old`), oldest, 'what is left is revision 1');
  runTemplate(root, rootCow, [0, 4 * MEBIBYTE]);
  commitHere(root, { revisions: 5 });
  await revertHere(root, 2);
  test.equal(hashOf(root), hashes[0], 'also over a run that came after the revert');
});

checkLasting(
  'an undo that kept the blocks of a later run too, for a VM, is right as well',
  async (test, template) => {
    const { root, rootCow } = template;
    const vm = prepareHere('snapshot', root, rootCow, template.vm1);
    runTemplate(root, rootCow, [0, MEBIBYTE]);
    commitHere(root, { revisions: 2 });
    const between = hashOf(root);
    runTemplate(root, rootCow, [MEBIBYTE, MEBIBYTE]);
    commitHere(root, { revisions: 2 });
    test.equal(hashOf(vm), template.hash);
    cleanupHere('snapshot', vm);
    await revertHere(root);
    test.equal(hashOf(root), between);
    await revertHere(root);
    test.equal(hashOf(root), template.hash);
  },
);

checkLasting(
  'a template that has grown since is reverted by force alone: what else was changed cannot be told',
  async (test, template) => {
    const { root, rootCow } = template;
    runTemplate(root, rootCow, [0, MEBIBYTE]);
    commitHere(root);
    const old = hashOf(root);
    test.not(old, template.hash);
    writeRandomAt(root, 4 * MEBIBYTE, 2 * MEBIBYTE);
    test.match(await refusalOf(() => revertHere(root)), `block-snapshot revert --force ${root}`);
    await revertHere(root, 1, true);
    test.equal(statSync(root).size, 6 * MEBIBYTE);
    cleanupHere('snapshot', prepareHere('snapshot', root, rootCow));
  },
);

check('the program reverts with --yes, and says how much', (test, template) => {
  const { root, rootCow } = template;
  runTemplate(root, rootCow, [0, MEBIBYTE]);
  commitHere(root);
  const unasked = blockSnapshot('revert', root);
  test.same([unasked.status, unasked.stdout], [2, '']);
  test.match(unasked.stderr, 'there is no terminal to ask on: give --yes if you are sure');
  test.ok(existsSync(`${rootCow}.old`), 'and nothing was done');
  const reverted = blockSnapshot('revert', template.folder, '--yes');
  test.same(reverted, { status: 0, stdout: `${root}: 1 run undone, 1.0 MiB written back\n`, stderr: '' });
  test.equal(hashOf(root), template.hash);
});
