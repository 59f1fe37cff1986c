import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MEBIBYTE, makeImage, newFolder } from '../images.ts';
import { must } from '../programs.ts';
import { type LogEntry, parseWriteLog } from './write-log.ts';

const LOG_SIZE = 96 * MEBIBYTE;

/** A filesystem that is as small as it can be: all of it is written anew for each look. */
export interface RecordedFilesystem {
  name: string;
  size: number;
  make: readonly string[];
}

/** Nothing of the filesystem's own is to be written later, when nobody expects it. */
const EXT4: RecordedFilesystem = {
  name: 'ext4',
  size: 16 * MEBIBYTE,
  make: ['mkfs.ext4', '-q', '-b', '1024', '-J', 'size=2', '-E', 'lazy_itable_init=0,lazy_journal_init=0'],
};

/** Those on which files share blocks. mkfs.xfs makes none as small as this but for its own tests, which set these variables. */
export const SHARING_RECORDED: readonly RecordedFilesystem[] = [
  {
    name: 'XFS',
    size: 32 * MEBIBYTE,
    make: ['env', 'TEST_DIR=1', 'TEST_DEV=1', 'QA_CHECK_FS=1', 'mkfs.xfs', '-q'],
  },
  { name: 'btrfs', size: 48 * MEBIBYTE, make: ['mkfs.btrfs', '-q', '-M'] },
];

/** What a filesystem looked like before something was done, and all that reached the disk while it was. */
export interface Recording {
  start: Buffer;
  entries: LogEntry[];
}

/**
 * Does something on a filesystem while everything that reaches its disk is recorded.
 * @param before what is done before the recording begins, at the folder that it is mounted on
 * @param action what is recorded; it ends with the mark `done` in the log
 */
export async function record(
  before: (mount: string) => void,
  action: (mount: string) => Promise<void>,
  { size, make } = EXT4,
): Promise<Recording> {
  const folder = newFolder();
  const mount = join(folder, 'mount');
  mkdirSync(mount);
  const image = makeImage(join(folder, 'disk'), size);
  const log = makeImage(join(folder, 'log'), LOG_SIZE);
  const [program = '', ...options] = make;
  must(program, ...options, image);
  must('mount', '-o', 'loop', image, mount);
  before(mount);
  must('umount', mount);
  const start = readFileSync(image);
  const [disk, logDevice] = [image, log].map(path => must('losetup', '-f', '--show', path));
  must('dmsetup', 'create', 'recorded', '--table', `0 ${size / 512} log-writes ${disk} ${logDevice}`);
  must('mount', '/dev/mapper/recorded', mount);
  must('dmsetup', 'message', 'recorded', '0', 'mark', 'begin');
  await action(mount);
  must('dmsetup', 'message', 'recorded', '0', 'mark', 'done');
  must('umount', mount);
  must('dmsetup', 'remove', 'recorded');
  for (const device of [disk, logDevice]) must('losetup', '-d', device ?? '');
  const entries = parseWriteLog(readFileSync(log));
  rmSync(folder, { recursive: true });
  return { start, entries };
}

/** The kernel's word for which boot this is, and for how long it lasts: a power cut ends it. */
export const BOOT = {
  '/proc/sys/kernel/random/boot_id': () => `${randomUUID()}\n`,
  '/proc/uptime': () => '0.00 0.00\n',
};

/** Runs an action in what looks like the boot after. */
export async function inNextBoot(action: () => Promise<unknown>): Promise<void> {
  const folder = newFolder();
  for (const [index, [path, text]] of Object.entries(BOOT).entries()) {
    writeFileSync(join(folder, `boot-${index}`), text());
    must('mount', '--bind', join(folder, `boot-${index}`), path);
  }
  try {
    await action();
  } finally {
    for (const path of Object.keys(BOOT)) must('umount', path);
    rmSync(folder, { recursive: true });
  }
}

/** Mounts a disk as a power cut has left it, and lets somebody look at it. */
export async function afterPowerCut(disk: Buffer, look: (mount: string) => Promise<void>): Promise<void> {
  const folder = newFolder();
  const mount = join(folder, 'mount');
  mkdirSync(mount);
  writeFileSync(join(folder, 'disk'), disk);
  must('mount', '-o', 'loop', join(folder, 'disk'), mount);
  try {
    await inNextBoot(() => look(mount));
  } finally {
    must('umount', mount);
    rmSync(folder, { recursive: true });
  }
}
