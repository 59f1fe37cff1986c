// The power fails in a template's run that has written nothing: all that was begun on the template before is still of it.
import { join } from 'node:path';
import t from 'tap';
import { started, vmWrites } from '../binding/files.ts';
import { hashOf, makeImage } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { planMessage } from '../kernel-log.ts';
import { commitHere, revertHere, runTemplate, trimHere } from '../life/in-process.ts';
import { DRIVERS, must } from '../programs.ts';
import { leftovers, takeAllDown } from '../state.ts';
import { atPoints } from './points.ts';
import { inNextBoot, record } from './recorded-disk.ts';

const SIZE = 2 << 20;
/** Points that are looked at for each use. */
const SAMPLE = 5;

t.setTimeout(0);
planMessage('^EXT4-fs unmount: [0-9]+ callbacks suppressed$');
must('insmod', `${DRIVERS}/md/dm-log-writes.ko`);

interface Files {
  root: string;
  rootCow: string;
  /** Of a VM that runs on the template and its cow. */
  vm: string;
  /** Of one that runs on the template alone. */
  alone: string;
}

const filesOf = (mount: string): Files => ({
  root: join(mount, 'root.img'),
  rootCow: join(mount, 'root-cow.img'),
  vm: join(mount, 'vm.img'),
  alone: join(mount, 'alone.img'),
});

/** What there was before, by hash. */
const was = { before: '', vm: '', alone: '' };

/** What is done after the next boot. @returns what has to be the same, and what it has to be */
const USES: Readonly<Record<string, (files: Files) => Promise<[found: string, wanted: string]>>> = {
  'the last run is undone': async ({ root }) => {
    await revertHere(root);
    return [hashOf(root), was.before];
  },
  'the last run is undone after a trim': async ({ root }) => {
    await trimHere(root);
    await revertHere(root);
    return [hashOf(root), was.before];
  },
  'the last run is undone after another run that the power has ended': async ({ root, rootCow }) => {
    prepareHere('origin', root, rootCow);
    must('sync');
    takeAllDown();
    await inNextBoot(() => revertHere(root));
    return [hashOf(root), was.before];
  },
  'a VM on it goes on': async ({ root, rootCow, vm }) => [started(root, rootCow, vm), was.vm],
  'a VM on the template alone goes on': async ({ root, alone }) => [started(root, alone), was.alone],
};

const recording = await record(
  mount => {
    const { root, rootCow, vm, alone } = filesOf(mount);
    makeImage(root, SIZE, 'random');
    for (const path of [rootCow, vm, alone]) makeImage(path, SIZE);
    was.before = hashOf(root);
    runTemplate(root, rootCow, [0, 200_000]);
    commitHere(root);
    was.vm = vmWrites(root, rootCow, vm);
    was.alone = vmWrites(root, alone);
  },
  async mount => {
    const { root, rootCow } = filesOf(mount);
    cleanupHere('origin', prepareHere('origin', root, rootCow));
  },
);

for (const [name, use] of Object.entries(USES))
  t.test(`the power fails in a run that has written nothing: ${name}`, async test => {
    await atPoints(test, recording, SAMPLE, async (mount, point) => {
      const [found, wanted] = await use(filesOf(mount));
      test.equal(found, wanted, point);
    });
    test.same(leftovers(), []);
  });
