// A revert against the kernel's own merge driven by hand with dmsetup, in one boot and in turn: how long it takes until a
// run's changes are undone. Both write the same blocks back to the same kind of file.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MEBIBYTE, makeImage, newFolder, writeRandomAt } from '../kernel/guest/images.ts';
import { cleanupHere, prepareHere } from '../kernel/guest/in-process.ts';
import { commitHere } from '../kernel/guest/life/in-process.ts';
import { executable, must, PROJECT } from '../kernel/guest/programs.ts';
import { figure, median, timeProgram } from './timing.ts';

// Udev does not run in there, and dmsetup has to be told so.
process.env['DM_DISABLE_UDEV'] = '1';

const ROUNDS = 5;
const SIZE = 320;
const CHANGED = 256;

/** A template whose last run has changed much of it. */
function makeRun(): { root: string; rootCow: string } {
  const folder = newFolder();
  const root = makeImage(join(folder, 'root.img'), SIZE * MEBIBYTE);
  const rootCow = makeImage(join(folder, 'root-cow.img'), SIZE * MEBIBYTE);
  const origin = prepareHere('origin', root, rootCow);
  for (let done = 0; done < CHANGED; done += 16) writeRandomAt(origin, done * MEBIBYTE, 16 * MEBIBYTE);
  cleanupHere('origin', origin);
  commitHere(root);
  return { root, rootCow };
}

const contestants = {
  ours: (root: string) => timeProgram(executable(), ['revert', root, '--yes']),
  'by hand': (root: string, rootCow: string) =>
    timeProgram(join(PROJECT, 'test/bench/baseline/merge'), [root, `${rootCow}.old`, rootCow]),
};

const times: Record<string, number[]> = { ours: [], 'by hand': [] };
for (let round = 0; round < ROUNDS; round++)
  for (const [name, contestant] of Object.entries(contestants)) {
    const { root, rootCow } = makeRun();
    must('sync');
    times[name]?.push(contestant(root, rootCow));
    if (existsSync(`${rootCow}.old`)) throw new Error(`${name}: the undo is still there`);
    rmSync(join(root, '..'), { recursive: true });
  }
console.log(
  `A run that changed ${CHANGED} MiB is undone (user-mode Linux ${must('uname', '-r')}), medians of ${ROUNDS}:`,
);
const [ours, byHand] = [median(times['ours'] ?? []), median(times['by hand'] ?? [])];
console.log(figure('revert', ours, { name: 'dmsetup by hand', milliseconds: byHand }));
console.log(`  ${'times the time by hand'.padEnd(44)}${(ours / byHand).toFixed(2).padStart(8)}`);
