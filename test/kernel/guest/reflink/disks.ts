// Disks that are clones, by hand: made anew, kept, and a template's own run.
import { closeSync, existsSync, openSync, statSync, symlinkSync } from 'node:fs';
import { hashOf, readAt, writeRandomAt } from '../images.ts';
import { blockSnapshot } from '../programs.ts';
import { BOTH, beside, checkOn, cleanedUp, clearsItself, cloneLoops, prepared, type Scene } from './world.ts';

/** A run of the template that writes. @returns what it wrote, at 1 MiB */
function run({ root }: Scene): Buffer {
  const node = prepared('reflink-origin', root);
  const bytes = writeRandomAt(node, 1 << 20, 70_000);
  cleanedUp('reflink-origin', node);
  return bytes;
}

checkOn(
  BOTH,
  'a disk is a clone with the bytes of its template, which it changes nothing of',
  (test, scene) => {
    const image = scene.vm();
    const node = prepared('reflink', `${scene.root}:${image}`);
    test.equal(hashOf(node), scene.hash, 'it shows the bytes of the template');
    test.notOk(clearsItself(node), 'and stays when nobody has it open');
    test.same(
      beside(image),
      ['root-dirty.img'],
      'what is written has the name that the other driver gives it',
    );
    test.equal(
      statSync(image).ino,
      statSync(scene.root).ino,
      'and beside it lies the version that it is made of',
    );
    writeRandomAt(node, 300_000, 500_000);
    test.equal(hashOf(scene.root), scene.hash, 'the template is as it was');
    test.same(beside(scene.root), [], 'with nothing beside it');
    test.equal(cleanedUp('reflink', node), '');
    test.notOk(existsSync(image), 'with the disk its version is gone');
    test.same(beside(image), [], 'and what was written');
    test.equal(cleanedUp('reflink', node), '', 'cleanup of what is gone is a success');
  },
);

checkOn(['XFS'], 'a second prepare gives the same device, and what was written', (test, scene) => {
  const images = `${scene.root}:${scene.vm()}`;
  const node = prepared('reflink', images);
  const written = writeRandomAt(node, 8192, 4096);
  test.equal(prepared('reflink', images), node);
  test.same(readAt(node, 8192, 4096), written);
  test.equal(cloneLoops().length, 1);
  cleanedUp('reflink', node);
});

checkOn(BOTH, 'a disk is made anew at each start, of the newest version', (test, scene) => {
  const images = `${scene.root}:${scene.vm()}`;
  const first = prepared('reflink', images);
  writeRandomAt(first, 0, 4096);
  cleanedUp('reflink', first);
  const second = prepared('reflink', images);
  test.equal(hashOf(second), scene.hash, 'nothing of what was written is left');
  const bytes = run(scene);
  test.equal(hashOf(second), scene.hash, 'it sees nothing of what the template writes');
  test.equal(blockSnapshot('commit', scene.root).status, 0);
  test.equal(hashOf(second), scene.hash, 'nor of a commit');
  cleanedUp('reflink', second);
  const third = prepared('reflink', images);
  test.same(readAt(third, 1 << 20, 70_000), bytes, 'the next start does');
  cleanedUp('reflink', third);
});

checkOn(BOTH, 'a template runs on a clone, and goes on with what was not committed', (test, scene) => {
  const node = prepared('reflink-origin', scene.root);
  test.equal(hashOf(node), scene.hash);
  const bytes = writeRandomAt(node, 1 << 20, 70_000);
  test.equal(hashOf(scene.root), scene.hash, 'X.img is never written');
  test.equal(cleanedUp('reflink-origin', node), '');
  test.same(beside(scene.root), ['root-dirty.img'], 'what it wrote is there');
  const again = prepared('reflink-origin', scene.root);
  test.same(readAt(again, 1 << 20, 70_000), bytes);
  cleanedUp('reflink-origin', again);
});

checkOn(
  BOTH,
  'a disk that is kept is made of its source once, and goes on with what it was',
  (test, scene) => {
    const image = scene.vm();
    const images = `${scene.root}:${image}:keep`;
    const first = prepared('reflink', images);
    test.equal(hashOf(first), scene.hash);
    const own = writeRandomAt(first, 4096, 12_288);
    cleanedUp('reflink', first);
    run(scene);
    test.equal(blockSnapshot('commit', scene.root).status, 0);
    const second = prepared('reflink', images);
    test.same(readAt(second, 4096, 12_288), own, 'what it wrote is there');
    cleanedUp('reflink', second);
    test.match(blockSnapshot('commit', image), { status: 0, stdout: /: committed; its undo is / });
    test.match(
      beside(image),
      [/^root\.img\.1@\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
      'it has versions of its own',
    );
    const third = prepared('reflink', images);
    test.same(readAt(third, 4096, 12_288), own);
    cleanedUp('reflink', third);
  },
);

checkOn(BOTH, 'cleanup of a disk that somebody has open leaves it, says so, and it stays', (test, scene) => {
  const image = scene.vm();
  const node = prepared('reflink', `${scene.root}:${image}`);
  const descriptor = openSync(node, 'r');
  test.equal(cleanedUp('reflink', node), `block-snapshot: ${node} is in use: left as it is\n`);
  closeSync(descriptor);
  test.notOk(clearsItself(node), 'also when it is closed');
  test.equal(hashOf(node), scene.hash);
  test.ok(existsSync(image));
  cleanedUp('reflink', node.slice('/dev/'.length));
});

checkOn(
  ['XFS'],
  'links to a template lead to it, and what belongs to it lies beside the image itself',
  (test, scene) => {
    const link = `${scene.folder}/link.img`;
    symlinkSync(scene.root, link);
    const node = prepared('reflink-origin', link);
    test.same(beside(scene.root), ['root-dirty.img']);
    test.equal(prepared('reflink-origin', scene.root), node, 'by whichever name');
    cleanedUp('reflink-origin', node);
  },
);
