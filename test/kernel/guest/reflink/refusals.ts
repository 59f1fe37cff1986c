// What is refused, in words, with nothing changed.
import { closeSync, copyFileSync, existsSync, linkSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { hashOf, makeImage, writeRandomAt } from '../images.ts';
import { must } from '../programs.ts';
import {
  BOTH,
  beside,
  checkOn,
  cleanedUp,
  clearsItself,
  cloneLoops,
  pointOf,
  prepared,
  refused,
} from './world.ts';

checkOn(['ext4'], 'a filesystem that clones no files is named, and what to do', (test, { root, vm }) => {
  const image = vm();
  const told = refused('prepare', 'reflink', `${root}:${image}`);
  test.match(
    told,
    /root-dirty\.img cannot be made a clone of source \S+root\.img: its filesystem \(ext4, mounted on \S+\) does not clone files: use btrfs, or XFS/,
  );
  test.same([existsSync(image), beside(image)], [false, []], 'nothing is left of it');
  refused('prepare', 'reflink-origin', root);
  test.same(beside(root), []);
});

checkOn(['XFS'], 'another filesystem is named', (test, { root }) => {
  const folder = `${pointOf('btrfs')}/elsewhere`;
  mkdirSync(folder, { recursive: true });
  const told = refused('prepare', 'reflink', `${root}:${folder}/root.img`);
  test.match(told, `: ${folder}/ is on another filesystem: move one of them, both have to be on the same`);
  test.same(beside(`${folder}/root.img`), []);
});

checkOn(['btrfs'], 'a file that is written in place and one that is not are told apart', (test, scene) => {
  const image = scene.vm();
  must('chattr', '+C', `${scene.folder}/vm`);
  const told = refused('prepare', 'reflink', `${scene.root}:${image}`);
  test.match(told, /what is made in \S+\/vm\/ is written in place \(chattr \+C\), and it is not: chattr -C /);
  const other = `${scene.folder}/vm/t.img`;
  writeFileSync(other, '');
  must('dd', `if=${scene.root}`, `of=${other}`, 'conv=notrunc', 'status=none');
  test.match(
    refused('prepare', 'reflink', `${other}:${scene.vm('plain')}`),
    /: it is written in place \(chattr \+C\), and what is made in \S+ is not: chattr \+C /,
  );
  const node = prepared('reflink', `${other}:${image}`);
  test.equal(hashOf(node), scene.hash, 'two of a kind are fine');
  cleanedUp('reflink', node);
});

checkOn(['XFS'], 'a swap file is named', (test, { root, vm }) => {
  makeImage(root, 1 << 20, 'random');
  must('mkswap', '-q', root);
  must('swapon', root);
  try {
    test.match(
      refused('prepare', 'reflink', `${root}:${vm()}`),
      ': one of them is in use as swap: switch that off first (swapoff)',
    );
  } finally {
    must('swapoff', root);
  }
});

checkOn(
  ['XFS'],
  'what the kind of snapshots has beside it is no template of clones, nor the other way round',
  (test, scene) => {
    const cow = scene.root.replace(/\.img$/, '-cow.img');
    writeFileSync(cow, '');
    for (const parameters of [
      ['reflink', `${scene.root}:${scene.vm()}`],
      ['reflink-origin', scene.root],
    ])
      test.match(
        refused('prepare', ...parameters),
        `${scene.root} is a template of snapshots (${cow} lies beside it), which is written in place`,
      );
    must('rm', cow);
    const node = prepared('reflink-origin', scene.root);
    test.match(
      refused('prepare', 'snapshot', `${scene.root}:${cow}`),
      `base ${scene.root} is a template of clones (${scene.dirty} lies beside it)`,
    );
    test.notOk(existsSync(cow));
    cleanedUp('reflink-origin', node);
  },
);

checkOn(BOTH, 'a disk that is no clone of ours is never replaced', (test, scene) => {
  const image = scene.vm();
  makeImage(image, 1 << 20, 'random');
  const own = hashOf(image);
  test.match(
    refused('prepare', 'reflink', `${scene.root}:${image}`),
    `disk ${image} is there, and is no clone of a version of ${scene.root}`,
  );
  test.equal(hashOf(image), own);
  const kept = prepared('reflink', `${scene.root}:${image}:keep`);
  writeRandomAt(kept, 0, 4096);
  const written = hashOf(kept);
  cleanedUp('reflink', kept);
  test.match(refused('prepare', 'reflink', `${scene.root}:${image}`), `ask for ${scene.root}:${image}:keep`);
  test.equal(hashOf(image.replace(/\.img$/, '-dirty.img')), written, 'what was written is there');
});

checkOn(
  ['XFS'],
  'a disk of the other driver, whose VM was not stopped as it should be, is made anew',
  (test, scene) => {
    const image = scene.vm();
    linkSync(scene.root, image);
    copyFileSync(scene.root, image.replace(/\.img$/, '-dirty.img'));
    writeRandomAt(image.replace(/\.img$/, '-dirty.img'), 0, 4096);
    const node = prepared('reflink', `${scene.root}:${image}`);
    test.equal(hashOf(node), scene.hash);
    cleanedUp('reflink', node);
  },
);

checkOn(['XFS'], 'requests that are none are refused, each in one line', (test, { root, folder, vm }) => {
  const image = vm();
  for (const [parameters, told] of [
    [['reflink', root], 'is not SOURCE:DISK[:keep]: give that'],
    [['reflink', `${root}:${image}:kept`], 'is not SOURCE:DISK[:keep]: give that'],
    [['reflink', `${root}:${root}`], 'names the same file twice'],
    [['reflink', `${root}:vm/root.img`], 'is a relative path'],
    [['reflink', `${root}:${folder}/vm/root-dirty.img`], 'is not called X.img'],
    [['reflink', `${root}:${folder}/nowhere/root.img`], 'has no folder: make'],
    [['reflink', `${folder}/t/no.img:${image}`], 'does not exist'],
    [['reflink-origin', `${root}:${image}`], 'is not IMAGE: give that'],
    [['reflink-origin', folder], 'is not called X.img'],
  ] as const)
    test.match(refused('prepare', ...parameters), told, parameters.join(' '));
  test.match(refused('cleanup', 'reflink', '/dev/sda'), '/dev/sda is not the name of a loop device');
});

checkOn(
  ['XFS'],
  'a disk that is made anew is not kept, for what is written of it goes with it',
  (test, scene) => {
    const images = `${scene.root}:${scene.vm()}`;
    const node = prepared('reflink', images);
    test.match(refused('prepare', 'reflink', `${images}:keep`), 'is one that is made anew at each start');
    test.match(refused('prepare', 'reflink-origin', scene.vm()), 'is one that is made anew at each start');
    test.match(refused('cleanup', 'reflink-origin', node), `cleanup reflink ${node}`);
    test.equal(hashOf(node), scene.hash);
    cleanedUp('reflink', node);
  },
);

checkOn(['XFS'], 'a loop device that another program lets clear itself is left so', (test, scene) => {
  cleanedUp('reflink-origin', prepared('reflink-origin', scene.root));
  const node = must('losetup', '-f', '--show', scene.dirty);
  const descriptor = openSync(node, 'r');
  must('losetup', '-d', node);
  test.ok(clearsItself(node), 'it goes when it is closed');
  test.match(cleanedUp('reflink-origin', node), 'is in use: left as it is');
  test.ok(clearsItself(node));
  closeSync(descriptor);
  test.same(cloneLoops(), []);
});

checkOn(['XFS'], 'a loop device that is no disk of a VM is taken down as advised', (test, { root }) => {
  const node = must('losetup', '-f', '--show', root);
  test.match(refused('cleanup', 'reflink', node), `: losetup -d ${node} takes it down`);
  test.equal(cloneLoops().length, 1, 'it is left alone');
  must('losetup', '-d', node);
});

checkOn(['XFS'], 'what somebody looks into read-only is detached as advised', (test, scene) => {
  cleanedUp('reflink-origin', prepared('reflink-origin', scene.root));
  const node = must('losetup', '-r', '-f', '--show', scene.dirty);
  test.match(
    refused('prepare', 'reflink-origin', scene.root),
    `by somebody who looks into it: detach that first (losetup -d ${node})`,
  );
  must('losetup', '-d', node);
  cleanedUp('reflink-origin', prepared('reflink-origin', scene.root));
});
