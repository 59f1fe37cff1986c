// A template that was exchanged, put back or edited behind our back, and stores of another version of it.
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
} from 'node:fs';
import { hashOf, MEBIBYTE, makeImage, statKey, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { commitHere, messageOf, refusalOf, revertHere, runTemplate } from '../life/in-process.ts';
import { blockSnapshot, executable, must, mustCleanup, run } from '../programs.ts';
import { restore, type Scenes, SIZE, started, vmWrites } from './files.ts';

export const WHAT_DOES_NOT_FIT: Scenes = {
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
