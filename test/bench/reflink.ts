// Both kinds of disks side by side, on XFS and btrfs in memory: their starts and ends as whole processes, in turn; and what a clone
// itself takes, with the fsync that comes before its name, from within a process that runs already.
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FILESYSTEMS } from '../kernel/guest/filesystems/mounts.ts';
import { MEBIBYTE, makeImage, newFolder } from '../kernel/guest/images.ts';
import { executable, kernel, must, mustCleanup } from '../kernel/guest/programs.ts';
import { figure, median, timeProgram } from './timing.ts';

const ROUNDS = 15;
const SIZE = 16 * MEBIBYTE;

interface Round {
  coldSnapshot: number;
  existingSnapshot: number;
  snapshotCleanup: number;
  reflink: number;
  existingReflink: number;
  reflinkCleanup: number;
  clone: number;
  sync: number;
}

function elapsed(action: () => void): number {
  const started = process.hrtime.bigint();
  action();
  return Number(process.hrtime.bigint() - started) / 1e6;
}

/** A clone as it is made, step by step. */
function cloneOf(root: string): Pick<Round, 'clone' | 'sync'> {
  const path = `${root}.clone`;
  const [from, to] = [openSync(root, 'r'), openSync(path, 'w+')];
  const clone = elapsed(() => kernel.cloneFile(from, to));
  const sync = elapsed(() => fsyncSync(to));
  closeSync(from);
  closeSync(to);
  rmSync(path);
  return { clone, sync };
}

function round(folder: string): Round {
  const [snapshots, clones] = [join(folder, 'snapshots.img'), join(folder, 'clones.img')];
  const cow = makeImage(join(folder, 'vm-cow.img'), MEBIBYTE);
  const stack = `${snapshots}:${join(folder, 'snapshots-cow.img')}:${cow}`;
  const images = `${clones}:${join(folder, 'vm.img')}`;
  const prepare = (type: string, given: string) => timeProgram(executable(), ['prepare', type, given]);
  const coldSnapshot = prepare('snapshot', stack);
  const existingSnapshot = prepare('snapshot', stack);
  const node = must(executable(), 'prepare', 'snapshot', stack);
  const reflink = prepare('reflink', images);
  const existingReflink = prepare('reflink', images);
  const loop = must(executable(), 'prepare', 'reflink', images);
  const snapshotCleanup = timeProgram(executable(), ['cleanup', 'snapshot', node]);
  const reflinkCleanup = timeProgram(executable(), ['cleanup', 'reflink', loop]);
  mustCleanup('snapshot', node);
  return {
    coldSnapshot,
    existingSnapshot,
    snapshotCleanup,
    reflink,
    existingReflink,
    reflinkCleanup,
    ...cloneOf(clones),
  };
}

/** How many pieces a template's image lies in, for what a precache would save. */
const PIECES = [100, 3000, 9000];

/** A file in as many pieces: holes lie between them. */
function makeFragmented(path: string, pieces: number): void {
  makeImage(path, pieces * 8192);
  const descriptor = openSync(path, 'r+');
  for (let piece = 0; piece < pieces; piece++)
    writeSync(descriptor, Buffer.alloc(4096, 1), 0, 4096, piece * 8192);
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** What a clone that was made ahead saves of the start of a template's own run: milliseconds without and with it. */
function startsOf(root: string): [made: number, ahead: number] {
  const dirty = root.replace(/\.img$/, '-dirty.img');
  const start = () => {
    const milliseconds = timeProgram(executable(), ['prepare', 'reflink-origin', root]);
    must(executable(), 'cleanup', 'reflink-origin', must(executable(), 'prepare', 'reflink-origin', root));
    rmSync(dirty);
    return milliseconds;
  };
  const made = start();
  must('cp', '--reflink=always', '--preserve=timestamps', root, root.replace(/\.img$/, '-precache.img'));
  must('sync', '-f', root);
  return [made, start()];
}

function measurePrecaches(folder: string): void {
  for (const pieces of PIECES) {
    const root = join(folder, `pieces-${pieces}.img`);
    makeFragmented(root, pieces);
    const starts = Array.from({ length: 5 }, () => startsOf(root));
    const clones = Array.from({ length: 5 }, () => cloneOf(root));
    console.log(
      figure(`FICLONE and fsync of ${pieces} pieces`, median(clones.map(({ clone, sync }) => clone + sync))),
    );
    console.log(figure("start of a template's run on them", median(starts.map(([made]) => made))));
    console.log(figure('the same, of a clone that was made ahead', median(starts.map(([, ahead]) => ahead))));
    rmSync(root);
  }
}

for (const name of ['XFS', 'btrfs']) {
  const filesystem = FILESYSTEMS.find(one => one.name === name);
  if (filesystem === undefined) throw new Error(`no ${name}`);
  const folder = newFolder();
  const mounted = filesystem.mount(folder);
  for (const image of ['snapshots', 'clones']) makeImage(join(mounted.point, `${image}.img`), SIZE, 'random');
  must('sync');
  round(mounted.point);
  const rounds = Array.from({ length: ROUNDS }, () => round(mounted.point));
  const of = (step: keyof Round) => median(rounds.map(one => one[step]));
  console.log(
    `Disks that are clones, on ${name} (user-mode Linux ${must('uname', '-r')}), medians of ${ROUNDS}:`,
  );
  const rows: [string, keyof Round][] = [
    ['snapshot: cold prepare of two layers', 'coldSnapshot'],
    ['snapshot: prepare of what exists', 'existingSnapshot'],
    ['snapshot: cleanup', 'snapshotCleanup'],
    ['clone: prepare', 'reflink'],
    ['clone: prepare of what exists', 'existingReflink'],
    ['clone: cleanup', 'reflinkCleanup'],
    ['of a prepare, FICLONE itself', 'clone'],
    ['of a prepare, the fsync before the name', 'sync'],
  ];
  for (const [title, step] of rows) console.log(figure(title, of(step)));
  const own = median(rounds.map(one => one.reflink - one.clone - one.sync));
  console.log(
    `  ${'prepare without those two / what exists'.padEnd(44)}${(own / of('existingSnapshot')).toFixed(2).padStart(8)}`,
  );
  console.log(
    `  ${'whole prepare / prepare of what exists'.padEnd(44)}${(of('reflink') / of('existingSnapshot')).toFixed(2).padStart(8)}`,
  );
  measurePrecaches(mounted.point);
  mounted.unmount();
  // All of it is memory.
  rmSync(folder, { recursive: true });
}
