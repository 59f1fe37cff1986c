// What is not converted, in words, with nothing changed; and what helps.
import { copyFileSync, writeFileSync } from 'node:fs';
import '../own-etc.ts';
import { hashOf, MEBIBYTE, makeImage } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { markOverflowed, revisionsHere, runTemplate } from '../life/in-process.ts';
import { executable, must } from '../programs.ts';
import { convertHere, cowOf, hashesOfClones, runsOfClones, runsOfSnapshots } from './conversions.ts';
import { beside, checkOn, cleanedUp, prepared, refused } from './world.ts';

checkOn(['ext4'], 'no template becomes one of clones where the filesystem makes none', (test, scene) => {
  runsOfSnapshots(scene);
  const before = beside(scene.root);
  const hash = hashOf(scene.root);
  test.match(
    refused('convert', scene.root, 'reflink'),
    /its filesystem \(ext4, mounted on \S+\) does not clone files: use btrfs, or XFS/,
  );
  test.same([beside(scene.root), hashOf(scene.root)], [before, hash]);
});

checkOn(
  ['ext4'],
  'a template of clones that was copied to where there are none becomes one of snapshots',
  async (test, scene) => {
    // As cp brings it: whole files.
    copyFileSync(scene.root, `${scene.root}.1@2026-01-01T00:00:00Z`);
    must(
      'dd',
      'if=/dev/urandom',
      `of=${scene.root}`,
      'bs=4096',
      'count=3',
      'seek=5',
      'conv=notrunc',
      'status=none',
    );
    await convertHere(scene.root, 'snapshot');
    const [undo] = revisionsHere(scene.root);
    test.match(undo, { changed: 128 * 1024, state: 'valid' });
    const node = prepareHere(
      'snapshot',
      scene.root,
      undo?.path ?? '',
      makeImage(`${scene.folder}/top`, MEBIBYTE),
    );
    test.equal(hashOf(node), scene.hash);
    cleanupHere('snapshot', node);
  },
);

checkOn(
  ['XFS'],
  'a template of snapshots is not converted while it is in use, nor with a run that is not committed',
  async (test, scene) => {
    runsOfSnapshots(scene);
    const cow = cowOf(scene);
    const vm = prepareHere('snapshot', scene.root, cow, makeImage(`${scene.folder}/vm.img`, MEBIBYTE));
    test.match(
      refused('convert', scene.root, 'reflink'),
      `template ${scene.root} has a snapshot that nobody has open`,
    );
    cleanupHere('snapshot', vm);
    const origin = prepareHere('origin', scene.root, cow);
    test.match(refused('convert', scene.root, 'reflink'), `template ${scene.root} is running`);
    cleanupHere('origin', origin);
    runTemplate(scene.root, cow, [0, 4096]);
    const told = refused('convert', scene.root, 'reflink');
    test.match(
      told,
      `has a run that is not committed (${cow} keeps what was before it): block-snapshot commit ${scene.root} first`,
    );
    must(executable(), 'commit', scene.root);
    await convertHere(scene.root, 'reflink');
  },
);

checkOn(
  ['XFS'],
  'a template of clones is not converted while it is in use, nor with a run that is not committed',
  async (test, scene) => {
    const hashes = runsOfClones(scene);
    const vm = prepared('reflink', `${scene.root}:${scene.vm()}`);
    test.match(
      refused('convert', scene.root, 'snapshot'),
      `template ${scene.root} would be written in place from then on, and its file has 1 more name,`,
    );
    cleanedUp('reflink', vm);
    const run = prepared('reflink-origin', scene.root);
    test.match(
      refused('convert', scene.root, 'snapshot'),
      `template ${scene.root} runs, on ${run}: stop it first`,
    );
    cleanedUp('reflink-origin', run);
    test.match(
      refused('convert', scene.root, 'snapshot'),
      `(${scene.dirty}): block-snapshot commit ${scene.root} first, or remove that file`,
    );
    must(executable(), 'commit', scene.root);
    test.same(hashesOfClones(scene), hashes);
    await convertHere(scene.root, 'snapshot');
  },
);

checkOn(
  ['XFS'],
  'what is no undo, and what has another size, is named with all that cannot be kept without it',
  (test, scene) => {
    runsOfSnapshots(scene);
    const cow = cowOf(scene);
    markOverflowed(`${cow}.old.1`);
    test.match(
      refused('convert', scene.root, 'reflink'),
      `revision 2 of ${scene.root} is no version that could be kept (${cow}.old.1: overflowed): ` +
        `remove what cannot be undone (${cow}.old.1, ${cow}.old.2), then convert`,
    );
    must('rm', `${cow}.old.1`, `${cow}.old.2`);
    must(executable(), 'convert', scene.root, 'reflink');
    const [version] = beside(scene.root);
    must('truncate', '-s', '+1M', `${scene.folder}/t/${version}`);
    test.match(
      refused('convert', scene.root, 'snapshot'),
      `revision 1 of ${scene.root} has another size (${scene.folder}/t/${version}), and no undo leads there: remove it`,
    );
  },
);

checkOn(['XFS'], 'an image that was changed behind the back of its undos is not converted', (test, scene) => {
  runsOfSnapshots(scene);
  writeFileSync(scene.root, 'changed', { flag: 'r+' });
  test.match(refused('convert', scene.root, 'reflink'), 'would make a mixture');
});

checkOn(['XFS'], 'without room for what is made, the template stays as it is', (test, scene) => {
  const before = runsOfClones(scene);
  const names = beside(scene.root);
  must('fallocate', '-l', String(freeOf(scene.point) - 64 * 1024), `${scene.folder}/fill`);
  try {
    test.match(
      refused('convert', scene.root, 'snapshot'),
      `template ${scene.root} could not be converted, and stays of the kind that it is`,
    );
  } finally {
    must('rm', `${scene.folder}/fill`);
  }
  test.same([hashesOfClones(scene), beside(scene.root)], [before, names]);
});

function freeOf(point: string): number {
  return Number(must('stat', '-f', '-c', '%a', point)) * Number(must('stat', '-f', '-c', '%S', point));
}
