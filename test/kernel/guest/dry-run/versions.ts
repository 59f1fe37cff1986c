// What prepare would do with stores that were begun on something else.
import { renameSync, statSync } from 'node:fs';
import { check } from '../checks.ts';
import { MEBIBYTE, makeImage, writeRandomAt } from '../images.ts';
import { blockSnapshot, executable, must, mustCleanup, mustPrepare, run } from '../programs.ts';
import { runOnce, said, tables, tablesIn } from './said.ts';

check(
  'a disk that was begun on another version is refused in the words of the command itself',
  (test, template) => {
    const { root, rootCow, vm1 } = template;
    const images = [root, rootCow, vm1].join(':');
    const node = mustPrepare('snapshot', images);
    writeRandomAt(node, MEBIBYTE, 4096);
    mustCleanup('snapshot', node);
    runOnce(template);
    must(executable(), 'commit', root);
    const dry = blockSnapshot('prepare', 'snapshot', images, '--dry-run');
    test.equal(dry.status, 1);
    test.match(dry.stderr, `cow ${vm1} was begun on another version`);
    test.equal(dry.stderr, blockSnapshot('prepare', 'snapshot', images).stderr);
    must('rm', rootCow);
    const without = blockSnapshot('prepare', 'snapshot', images, '--dry-run');
    test.match(without.stderr, `cow ${vm1} was begun on another version`, 'nor on a cow that is to be made');
    test.equal(without.stderr, blockSnapshot('prepare', 'snapshot', images).stderr);
    const forced = said(template, 'prepare', '--force', 'snapshot', images);
    const mixture = must(executable(), 'prepare', '--force', 'snapshot', images);
    const key = must('stat', '-c', '%D:%i', rootCow);
    test.equal(forced.at(-1)?.replace('-NEW', `-${key}`), `node: ${mixture}`);
    mustCleanup('snapshot', mixture);
  },
);

check('the cow of an image that is gone is put aside as it was said', (test, template) => {
  const { root, rootCow } = template;
  runOnce(template);
  renameSync(makeImage(`${root}.new`, MEBIBYTE, 'random'), root);
  const lines = said(template, 'prepare', 'snapshot', `${root}:${rootCow}`);
  const former = statSync(rootCow).ino;
  const node = mustPrepare('snapshot', root, rootCow);
  test.same(lines.slice(0, 2), [
    `file: ${rootCow} becomes ${rootCow}.stale`,
    `file: make ${rootCow}, ${statSync(rootCow).size} bytes, sparse`,
  ]);
  test.equal(statSync(`${rootCow}.stale`).ino, former);
  const key = must('stat', '-c', '%D:%i', rootCow);
  test.same(tablesIn(lines.map(line => line.replace('-NEW', `-${key}`))), tables());
  mustCleanup('snapshot', node);
});

check('not even what a layer of another program gives is noted', (test, template) => {
  const { root, rootCow, vm1 } = template;
  const node = mustPrepare('snapshot', root, rootCow);
  must('setfattr', '-x', 'trusted.block-snapshot.store', rootCow);
  const lines = said(template, 'prepare', 'snapshot', [root, rootCow, vm1].join(':'));
  const disk = mustPrepare('snapshot', root, rootCow, vm1);
  test.equal(lines.at(-1), `node: ${disk}`);
  test.match(must('getfattr', '-d', '-m', 'trusted', rootCow), 'trusted.block-snapshot.store');
  mustCleanup('snapshot', disk);
  test.not(run('dmsetup', ['info', node]).status, 0, 'the layer under it went with it');
});
