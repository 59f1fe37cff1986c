// Stores that are still of the version that they were begun on, and those of which nobody can tell.
import { rmSync, statSync } from 'node:fs';
import { addon } from '../../../../src/native/addon.ts';
import { allocatedBytes, CHUNK_BYTES, hashOf, MEBIBYTE, makeImage, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { commitHere, messageOf, revertHere, runTemplate, trimHere } from '../life/in-process.ts';
import { must } from '../programs.ts';
import { takeAllDown } from '../state.ts';
import { type Scenes, SIZE, started, vmWrites } from './files.ts';

export const WHAT_FITS: Scenes = {
  'what we do ourselves to a template changes nothing of what fits': async (test, files) => {
    const { root, rootCow, vm } = files;
    const first = hashOf(root);
    runTemplate(root, rootCow, [0, 4096]);
    commitHere(root, { revisions: 3 });
    runTemplate(root, rootCow, [MEBIBYTE, 4096]);
    commitHere(root, { revisions: 3 });
    const third = hashOf(root);
    const old = vmWrites(root, rootCow, vm);
    await trimHere(root).catch(() => undefined);
    test.equal(started(root, rootCow, vm), old, 'after a trim');
    runTemplate(root, rootCow);
    test.equal(started(root, rootCow, vm), old, 'after a run that wrote nothing');
    test.equal(hashOf(root), third);
    await revertHere(root);
    await revertHere(root);
    test.equal(hashOf(root), first, 'two reverts, one after the other');
    test.match(
      messageOf(() => started(root, rootCow, vm)),
      'was begun on another version',
    );
  },

  'the undo of a template that others run on is kept, though their disks change it': async (test, files) => {
    const { root, rootCow, vm } = files;
    const before = hashOf(root);
    const node = prepareHere('snapshot', root, rootCow, vm);
    runTemplate(root, rootCow, [0, 4096]);
    commitHere(root, { revisions: 3 });
    test.equal(hashOf(node), before, 'the VM keeps its version');
    runTemplate(root, rootCow, [2 * MEBIBYTE, 4096]);
    commitHere(root, { revisions: 3 });
    test.equal(hashOf(node), before);
    cleanupHere('snapshot', node);
    await revertHere(root, 2);
    test.equal(hashOf(root), before);
  },

  'a run that ended without us is not refused': (test, files) => {
    const { root, rootCow, vm } = files;
    const before = hashOf(root);
    const origin = prepareHere('origin', root, rootCow);
    writeRandomAt(origin, 0, 4096);
    takeAllDown();
    test.equal(started(root, rootCow, vm), before, 'its old blocks are its version, as after a crash');
    const again = prepareHere('origin', root, rootCow);
    writeRandomAt(again, MEBIBYTE, 4096);
    cleanupHere('origin', again);
    test.ok(commitHere(root).committed);
    test.equal(started(root, rootCow, vm), hashOf(root));
  },

  'a copy of a template with its stores is one, however it was copied': async (test, files) => {
    const { root, rootCow, vm, folder } = files;
    const first = hashOf(root);
    runTemplate(root, rootCow, [0, 4096]);
    commitHere(root);
    const old = vmWrites(root, rootCow, vm);
    // Without its times a copy is another image to the labels that lie beside it.
    for (const options of files.keepsInodes ? ['-a', '-r'] : ['-a']) {
      const copy = `${folder}${options}`;
      must('cp', options, '--sparse=always', folder, copy);
      test.equal(started(`${copy}/root.img`, `${copy}/root-cow.img`, `${copy}/vm.img`), old, `cp ${options}`);
      rmSync(copy, { recursive: true });
    }
    await revertHere(root);
    test.equal(hashOf(root), first);
  },

  'a store without a label is taken as it is, once': (test, files) => {
    const { root, rootCow, vm } = files;
    const old = vmWrites(root, rootCow, vm);
    for (const path of [root, rootCow, vm]) {
      for (const kind of ['store', 'base']) {
        forgetAttribute(path, `trusted.block-snapshot.${kind}`);
        rmSync(`${path}.${kind}-label`, { force: true });
      }
    }
    test.equal(started(root, rootCow, vm), old, 'as before the upgrade');
    runTemplate(root, rootCow, [0, 4096]);
    commitHere(root);
    test.match(
      messageOf(() => started(root, rootCow, vm)),
      'was begun on another version',
      'it has one now',
    );
  },

  // Qubesd takes a template for written, and neither copies it nor backs it up, when its cow has more blocks than these.

  "a store's label takes no block of its own": (test, { root, rootCow, vm, keepsInodes }) => {
    const node = prepareHere('snapshot', root, rootCow, vm);
    const origin = prepareHere('origin', root, rootCow);
    must('sync');
    const empty = keepsInodes ? 2 * CHUNK_BYTES : statSync(rootCow).size;
    test.ok(allocatedBytes(rootCow) <= empty, `${allocatedBytes(rootCow)} bytes, and no more than ${empty}`);
    cleanupHere('origin', origin);
    cleanupHere('snapshot', node);
  },

  'an empty cow has nothing to lose': (test, files) => {
    const { root, rootCow, vm } = files;
    for (const cow of [rootCow, vm]) {
      rmSync(cow, { force: true });
      makeImage(cow, 0);
    }
    test.equal(started(root, rootCow, vm), hashOf(root));
    test.ok(statSync(vm).size > SIZE, 'it was made large enough');
  },
};

function forgetAttribute(path: string, name: string): void {
  try {
    addon().removeFileAttribute(path, name);
  } catch {
    // A filesystem without attributes has its file.
  }
}
