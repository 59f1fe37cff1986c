// Stores and the versions that they were begun on, where people change images behind our back: on filesystems that keep a
// store's label in the file, and on those where it lies beside.
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
} from 'node:fs';
import type { Test } from 'tap';

import { addon } from '../../../src/native/addon.ts';
import { checkLasting } from './checks.ts';
import { FILESYSTEMS } from './filesystems/mounts.ts';
import {
  allocatedBytes,
  CHUNK_BYTES,
  hashOf,
  MEBIBYTE,
  makeImage,
  statKey,
  writeRandomAt,
} from './images.ts';
import { cleanupHere, prepareHere } from './in-process.ts';
import { commitHere, messageOf, refusalOf, revertHere, runTemplate, trimHere } from './life/in-process.ts';
import { blockSnapshot, executable, must, mustCleanup, run } from './programs.ts';
import { leftovers, takeAllDown } from './state.ts';

const SIZE = 4 * MEBIBYTE;
const KINDS = FILESYSTEMS.filter(({ name }) => /^(ext4|XFS|FAT|tmpfs|overlay)/.test(name));

/** A template with one VM's disk, on a filesystem. */
interface Files {
  folder: string;
  root: string;
  rootCow: string;
  vm: string;
  /** Whether inodes keep their number: where they do not, another file is known by its size and its time alone. */
  keepsInodes: boolean;
}

let folders = 0;

function makeFiles(point: string, keepsInodes: boolean): Files {
  folders += 1;
  const folder = `${point}/t${folders}`;
  must('mkdir', folder);
  return {
    folder,
    root: makeImage(`${folder}/root.img`, SIZE, 'random'),
    rootCow: `${folder}/root-cow.img`,
    vm: makeImage(`${folder}/vm.img`, SIZE),
    keepsInodes,
  };
}

/** What a VM sees that starts; its disk goes again. */
function started(...images: string[]): string {
  const node = prepareHere('snapshot', ...images);
  const hash = hashOf(node);
  cleanupHere('snapshot', node);
  return hash;
}

/** A VM starts, writes, and stops. @returns what it saw last */
function vmWrites(...images: string[]): string {
  const node = prepareHere('snapshot', ...images);
  writeRandomAt(node, MEBIBYTE, 4096);
  const hash = hashOf(node);
  cleanupHere('snapshot', node);
  return hash;
}

/** The image is put back from a backup, which is another file, under its name. */
function restore(root: string): string {
  makeImage(`${root}.backup`, SIZE, 'random');
  renameSync(`${root}.backup`, root);
  return hashOf(root);
}

const SCENES: Readonly<Record<string, (test: Test, files: Files) => void | Promise<void>>> = {
  'a disk that a VM keeps is its own at every start, until the template has another version': (
    test,
    files,
  ) => {
    const { root, rootCow, vm } = files;
    const old = vmWrites(root, rootCow, vm);
    test.equal(started(root, rootCow, vm), old, 'it starts again as it was');
    runTemplate(root, rootCow, [2 * MEBIBYTE, 4096]);
    commitHere(root);
    const said = messageOf(() => started(root, rootCow, vm));
    test.match(said, `cow ${vm} was begun on another version of what is under it`);
    test.match(said, `${root}:${rootCow}.old:${vm}`, 'it says which undo serves');
    test.equal(started(root, `${rootCow}.old`, vm), old, 'and with that it is as it was');
    const node = must(executable(), 'prepare', '--force', 'snapshot', [root, rootCow, vm].join(':'));
    test.not(hashOf(node), old, '--force takes the mixture for what is wanted');
    mustCleanup('snapshot', node);
    test.equal(started(root, rootCow, makeImage(`${vm}.new`, SIZE)), hashOf(root), 'a new cow has no past');
  },

  'a disk that keeps nothing goes along with the template': (test, files) => {
    const { root, rootCow, vm } = files;
    started(root, rootCow, vm);
    runTemplate(root, rootCow, [0, 4096]);
    commitHere(root);
    test.equal(started(root, rootCow, vm), hashOf(root));
  },

  'a layer under a disk cannot be exchanged for another': (test, files) => {
    const { root, rootCow, vm, folder } = files;
    const [one = '', two = ''] = ['one', 'two'].map(name => makeImage(`${folder}/${name}.img`, SIZE));
    vmWrites(root, rootCow, one);
    vmWrites(root, rootCow, two);
    const old = vmWrites(root, rootCow, one, vm);
    test.equal(started(root, rootCow, one, vm), old);
    test.match(
      messageOf(() => started(root, rootCow, two, vm)),
      `cow ${vm} was begun on another version of what is under it`,
    );
    vmWrites(root, rootCow, one);
    test.match(
      messageOf(() => started(root, rootCow, one, vm)),
      `cow ${vm} was begun on another version of what is under it`,
      'nor can it be written to by itself',
    );
  },

  'an undo is merged into no image but its own': async (test, files) => {
    const { root, rootCow } = files;
    const changes: Readonly<Record<string, () => void>> = {
      'another file': () => restore(root),
      'copied over': () => {
        copyFileSync(makeImage(`${root}.backup`, SIZE, 'random'), root);
        rmSync(`${root}.backup`);
      },
      'edited at once': () => writeRandomAt(root, 3 * MEBIBYTE, 512),
      grown: () => appendFileSync(root, Buffer.alloc(4096)),
      'made shorter': () => truncateSync(root, SIZE / 2),
      'edited, and of an earlier time': () => {
        writeRandomAt(root, 3 * MEBIBYTE, 512);
        utimesSync(root, 1_600_000_000, 1_600_000_000);
      },
    };
    for (const [name, change] of Object.entries(changes)) {
      rmSync(files.folder, { recursive: true });
      must('mkdir', files.folder);
      makeImage(root, SIZE, 'random');
      runTemplate(root, rootCow, [0, 4096]);
      commitHere(root);
      change();
      const before = hashOf(root);
      const said = await refusalOf(() => revertHere(root));
      test.match(said, 'cannot be undone: the image has been changed, or replaced by another', name);
      test.equal(hashOf(root), before, `${name}: the image is left as it is`);
    }
    const { status } = blockSnapshot('revert', '--force', '--yes', root);
    test.equal(status, 0, '--force does it for those who know');
  },

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

  'a template that was installed anew serves those that start, and those that run keep the old one': (
    test,
    files,
  ) => {
    const { root, rootCow, vm, folder } = files;
    const old = hashOf(root);
    const node = prepareHere('snapshot', root, rootCow, vm);
    const fresh = restore(root);
    const other = makeImage(`${folder}/other.img`, SIZE);
    test.equal(started(root, rootCow, other), fresh, 'a VM that starts sees the new image');
    test.ok(existsSync(`${rootCow}.stale`), 'the cow of the old one is put aside');
    test.equal(hashOf(node), old, 'a VM that runs keeps what it saw');
    const origin = prepareHere('origin', root, rootCow);
    writeRandomAt(origin, 0, 4096);
    cleanupHere('origin', origin);
    test.equal(hashOf(node), old, 'also when the new one runs');
    cleanupHere('snapshot', node);
    commitHere(root);
    test.equal(started(root, rootCow, makeImage(other, SIZE)), hashOf(root));
  },

  'qubesd, which has named the cow of an image that was replaced, gets the device that it names afterwards': (
    test,
    { root, rootCow, vm, folder },
  ) => {
    const old = hashOf(root);
    const node = prepareHere('snapshot', root, rootCow, vm);
    const fresh = restore(root);
    const other = makeImage(`${folder}/other.img`, SIZE);
    const named = () => `snapshot-${[root, rootCow, other].map(statKey).join('-')}`;
    const asked = named();
    const called = run(executable('create-snapshot'), [asked, root, rootCow, other]);
    test.same(called, { status: 0, stdout: '', stderr: '' });
    test.not(named(), asked, 'the cow is another');
    test.equal(hashOf(`/dev/mapper/${named()}`), fresh);
    test.equal(hashOf(node), old, 'a VM that runs keeps what it saw');
    const wrong = run(executable('create-snapshot'), [asked, root, rootCow, other]);
    test.equal(wrong.status, 1, 'a name that agrees with no file of now is still refused');
    for (const device of [named(), node]) cleanupHere('snapshot', device);
  },

  'the old blocks of a run that was never committed do not get into another image': (test, files) => {
    const { root, rootCow, vm, folder, keepsInodes } = files;
    runTemplate(root, rootCow, [0, 4096]);
    const fresh = restore(root);
    if (!keepsInodes) {
      // Whether it is another file cannot be told: it is refused, with a way out.
      test.match(
        messageOf(() => started(root, rootCow, vm)),
        `block-snapshot commit ${root}`,
      );
      commitHere(root);
    }
    test.equal(started(root, rootCow, vm), fresh);
    const aside = readdirSync(folder).filter(name => /^root-cow\.img\.(stale|old)$/.test(name));
    test.same(aside, [keepsInodes ? 'root-cow.img.stale' : 'root-cow.img.old']);
  },

  'an image that was edited in the middle of a run is told, with what to do': (test, files) => {
    const { root, rootCow, vm } = files;
    runTemplate(root, rootCow, [0, 4096]);
    writeRandomAt(root, 3 * MEBIBYTE, 512);
    const edited = hashOf(root);
    const said = messageOf(() => started(root, rootCow, vm));
    test.match(said, `block-snapshot commit ${root}`);
    test.ok(commitHere(root).committed);
    test.equal(started(root, rootCow, vm), edited, 'what it says makes it start');
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

  'a revert that was left half-way goes on with no other image': async (test, files) => {
    const { root, rootCow } = files;
    for (let run = 0; run < 2; run++) {
      runTemplate(root, rootCow, [run * MEBIBYTE, 4096]);
      commitHere(root);
    }
    makeImage(`${rootCow}.reverting`, 0);
    appendFileSync(`${rootCow}.reverting`, '2 runs of the template are being undone\n');
    const fresh = restore(root);
    test.match(await refusalOf(() => revertHere(root)), 'half-way back to an earlier version');
    test.equal(hashOf(root), fresh);
    const { status, stdout } = blockSnapshot('revert', '--abandon', '--yes', root);
    test.equal(status, 0, stdout);
    test.equal(hashOf(root), fresh, 'giving it up leaves the image as it is');
  },
};

function forgetAttribute(path: string, name: string): void {
  try {
    addon().removeFileAttribute(path, name);
  } catch {
    // A filesystem without attributes has its file.
  }
}

for (const kind of KINDS)
  checkLasting(`a store is used on what it was begun on, on ${kind.name}`, async (test, { folder }) => {
    const { point, unmount } = kind.mount(`${folder}/mount`);
    try {
      for (const [name, scene] of Object.entries(SCENES)) {
        await test.test(name, async part => {
          const files = makeFiles(point, !/FAT/.test(kind.name));
          await scene(part, files);
          takeAllDown();
          rmSync(files.folder, { recursive: true, force: true });
        });
      }
      const left = leftovers().filter(line => !line.endsWith('filesystem.img'));
      test.same(left, [], 'nothing is left but what is mounted');
    } finally {
      takeAllDown();
      unmount();
    }
  });
