// What the two kinds of disks cost, side by side and in turn, on XFS, btrfs and ext4 in memory (there are no clones on ext4): a VM's start
// and its writes, the template's while a VM is on it, commit and revert. A table, as docs/reflink.md has it:
// `test/kernel/lab/boot.sh --minutes 30 node build/test/bench/clone-writes.js [ROUNDS]`.
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { inFile } from '../kernel/guest/filesystems/mounts.ts';
import { MEBIBYTE, makeImage, newFolder } from '../kernel/guest/images.ts';
import { executable, must } from '../kernel/guest/programs.ts';
import { median, timeProgram } from './timing.ts';

const ROUNDS = Number(process.argv[2] ?? 9);
const SIZE = 64 * MEBIBYTE;
const SMALL_WRITES = 1500;
const BLOCK = 4096;

const FILESYSTEMS = [
  inFile('XFS', 640, ['mkfs.xfs', '-q'], undefined, ['xfs']),
  inFile('btrfs', 640, ['mkfs.btrfs', '-q'], undefined, ['btrfs']),
  inFile('ext4', 640, ['mkfs.ext4', '-q', '-b', '4096']),
];

/** Milliseconds of each step. */
interface Round {
  start: number;
  small: number;
  sequential: number;
  template: number;
  commit: number;
  revert: number;
}

const STEPS: Readonly<Record<keyof Round, string>> = {
  start: "a VM's start",
  small: 'it writes 1,500 random blocks of 4 KiB',
  sequential: 'it writes 32 MiB one after the other',
  template: 'the template writes 1,500 random blocks while a VM is on it',
  commit: 'commit of that',
  revert: 'and the way back',
};

/** A kind of disks: how its nodes are made, with the paths of one template and one VM. */
interface Kind {
  name: string;
  vm: [type: string, images: string];
  run: [type: string, images: string];
  root: string;
  /** What a VM leaves for its next start. */
  forget(): void;
}

function snapshots(folder: string): Kind {
  const root = join(folder, 'snapshots.img');
  const cow = join(folder, 'snapshots-cow.img');
  const vm = join(folder, 'vm-cow.img');
  const fresh = () => void makeImage(vm, SIZE);
  fresh();
  return {
    name: 'snapshot',
    root,
    vm: ['snapshot', `${root}:${cow}:${vm}`],
    run: ['origin', `${root}:${cow}`],
    forget: () => {
      rmSync(vm);
      fresh();
    },
  };
}

function clones(folder: string): Kind {
  const root = join(folder, 'clones.img');
  return {
    name: 'clone',
    root,
    vm: ['reflink', `${root}:${join(folder, 'vm.img')}`],
    run: ['reflink-origin', root],
    forget: () => {},
  };
}

function elapsed(action: () => void): number {
  const started = process.hrtime.bigint();
  action();
  return Number(process.hrtime.bigint() - started) / 1e6;
}

/** The same places each time, spread over the disk without order (a multiplier that is prime to the number of its blocks). */
function writeSmall(node: string): number {
  const block = Buffer.alloc(BLOCK, Math.random().toString());
  return writing(node, descriptor => {
    for (let index = 0; index < SMALL_WRITES; index++)
      writeSync(descriptor, block, 0, BLOCK, ((index * 7919) % (SIZE / BLOCK)) * BLOCK);
  });
}

function writeInOrder(node: string): number {
  const piece = Buffer.alloc(MEBIBYTE, Math.random().toString());
  return writing(node, descriptor => {
    for (let index = 0; index < 32; index++) writeSync(descriptor, piece, 0, MEBIBYTE, index * MEBIBYTE);
  });
}

/** Until all of it is on the disk below. */
function writing(node: string, write: (descriptor: number) => void): number {
  const descriptor = openSync(node, 'r+');
  const milliseconds = elapsed(() => {
    write(descriptor);
    fsyncSync(descriptor);
  });
  closeSync(descriptor);
  return milliseconds;
}

function nodeOf([type, images]: [string, string]): string {
  return must(executable(), 'prepare', type, images);
}

function round({ vm, run, root, forget }: Kind): Round {
  const start = timeProgram(executable(), ['prepare', ...vm]);
  const node = nodeOf(vm);
  const small = writeSmall(node);
  const sequential = writeInOrder(node);
  const own = nodeOf(run);
  const template = writeSmall(own);
  for (const [type, at] of [
    [run[0], own],
    [vm[0], node],
  ] as const)
    must(executable(), 'cleanup', type, at);
  forget();
  const commit = timeProgram(executable(), ['commit', root]);
  const revert = timeProgram(executable(), ['revert', '--yes', root]);
  must('sync', '-f', root);
  return { start, small, sequential, template, commit, revert };
}

console.log(`user-mode Linux ${must('uname', '-r')}, medians of ${ROUNDS}, milliseconds`);
for (const kind of FILESYSTEMS) {
  const folder = newFolder();
  const { point, unmount } = kind.mount(folder);
  const kinds = [snapshots, ...(kind.name === 'ext4' ? [] : [clones])].map(make => {
    const own = join(point, make.name);
    mkdirSync(own);
    const of = make(own);
    makeImage(of.root, SIZE, 'random');
    return { of, rounds: [] as Round[] };
  });
  must('sync', '-f', point);
  for (const { of } of kinds) round(of);
  for (let index = 0; index < ROUNDS; index++) for (const { of, rounds } of kinds) rounds.push(round(of));
  for (const [step, title] of Object.entries(STEPS) as [keyof Round, string][])
    console.log(
      `| ${kind.name} | ${title} | ${kinds.map(({ rounds }) => median(rounds.map(one => one[step])).toFixed(0)).join(' | ')} |`,
    );
  unmount();
  // All of it is memory.
  rmSync(folder, { recursive: true });
}
