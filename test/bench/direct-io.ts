// What DIRECT_IO costs and saves: a VM's disk on ext4, read and written as a backend does (around the page cache of dom0), with
// loop devices that go through the page cache and with such that do not. The disk below is memory: what is measured is the
// processor's work and the memory taken, and not a disk.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { MEBIBYTE, makeImage, newFolder } from '../kernel/guest/images.ts';
import '../kernel/guest/own-etc.ts';
import { must, mustCleanup, mustPrepare } from '../kernel/guest/programs.ts';
import { median, timeProgram } from './timing.ts';

const ROUNDS = 5;
const SIZE = 128;
const SMALL = 2000;
const MOUNT = '/run/lab/direct-io';

mkdirSync(MOUNT);

/** Kibibytes of memory that hold contents of files. */
function cached(): number {
  return Number(/^Cached: +(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0);
}

interface Round {
  write: number;
  small: number;
  cold: number;
  warm: number;
  memory: number;
}

function measure(choice: 'off' | 'on', disk: string): Round {
  writeFileSync('/etc/block-snapshot.conf', `DIRECT_IO=${choice}\n`, { mode: 0o644 });
  must('mkfs.ext4', '-q', '-F', '-b', '4096', disk);
  must('mount', disk, MOUNT);
  const root = makeImage(`${MOUNT}/root.img`, SIZE * MEBIBYTE, 'random');
  const vm = makeImage(`${MOUNT}/vm.img`, SIZE * MEBIBYTE);
  const node = mustPrepare('snapshot', root, `${MOUNT}/root-cow.img`, vm);
  const flush = () => {
    must('sync');
    writeFileSync('/proc/sys/vm/drop_caches', '3');
  };
  const read = () =>
    timeProgram('dd', [`if=${node}`, 'of=/dev/null', 'bs=1M', 'iflag=direct', 'status=none']);
  const write = (size: string, count: number) =>
    timeProgram('dd', [
      'if=/dev/zero',
      `of=${node}`,
      `bs=${size}`,
      `count=${count}`,
      'oflag=direct',
      'conv=notrunc,fsync',
      'status=none',
    ]);
  flush();
  const before = cached();
  const cold = read();
  const memory = (cached() - before) / 1024;
  const warm = read();
  const round = { cold, warm, memory, write: write('1M', SIZE / 2), small: write('4k', SMALL) };
  mustCleanup('snapshot', node);
  must('umount', MOUNT);
  return round;
}

const image = makeImage(`${newFolder()}/disk.img`, 512 * MEBIBYTE);
const disk = must('losetup', '-f', '--show', '--direct-io=on', image);
const rounds: Record<'off' | 'on', Round[]> = { off: [], on: [] };
for (let round = 0; round < ROUNDS; round++)
  for (const choice of ['off', 'on'] as const) rounds[choice].push(measure(choice, disk));
must('losetup', '-d', disk);

console.log(
  `The disk of a VM on ext4 with DIRECT_IO=off and on (user-mode Linux ${must('uname', '-r')}), medians of ${ROUNDS}:`,
);
const rows: [name: string, of: (round: Round) => number, unit: string][] = [
  ['read for the first time', ({ cold }) => (SIZE * 1000) / cold, 'MiB/s'],
  ['read again', ({ warm }) => (SIZE * 1000) / warm, 'MiB/s'],
  ['written in pieces of 1 MiB', ({ write }) => (SIZE * 500) / write, 'MiB/s'],
  ['written in pieces of 4 KiB', ({ small }) => small / SMALL, 'ms each'],
  [`memory taken by reading ${SIZE} MiB`, ({ memory }) => memory, 'MiB'],
];
for (const [name, of, unit] of rows) {
  const [off, on] = [median(rounds.off.map(of)), median(rounds.on.map(of))];
  console.log(`  ${name.padEnd(36)}${off.toFixed(2).padStart(10)}${on.toFixed(2).padStart(10)} ${unit}`);
}
