// Where the calls find files and descriptors of every kind, and what is taken back after each of them.
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { loadAddonFrom } from '../../src/native/addon.ts';
import { PROJECT } from '../unit/executable.ts';

/** A folder of this run, with the sockets of sockets.pl in it; names that are not absolute lead into it. */
export const SCRATCH = process.argv[2] ?? '';

/** The addon, built with the sanitizers. */
export const kernel = loadAddonFrom(join(PROJECT, 'dist/sanitized/block-snapshot.node'));

const undone: (() => void)[] = [];

/** Does something as soon as the call that is under way is over, however it ends; the last one first. */
export function later(undo: () => void): void {
  undone.push(undo);
}

export function takeBack(): void {
  for (let undo = undone.pop(); undo !== undefined; undo = undone.pop()) undo();
}

function closeWhatIsOpen(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // The call has closed it.
  }
}

/** Has it closed after the call. */
export function closeLater(descriptor: number): number {
  later(() => closeWhatIsOpen(descriptor));
  return descriptor;
}

export function open(path: string, flags: string | number = 'r+'): number {
  return closeLater(openSync(path, flags));
}

/** Removes whatever is there. Faster than rmSync, which is most of what this test would take. */
function remove(path: string): void {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status?.isDirectory() === true) rmSync(path, { recursive: true });
  else if (status !== undefined) unlinkSync(path);
}

/** A file of 8 KiB, the second half of which is zeros. @returns its path */
export function file(name = 'file'): string {
  const path = `${SCRATCH}/${name}`;
  writeFileSync(path, CONTENTS);
  later(() => remove(path));
  return path;
}

const CONTENTS = Buffer.concat([Buffer.alloc(4096, 'x'), Buffer.alloc(4096)]);

/** A path at which nothing is, and where what the call makes is removed. */
export function nothing(name = 'nothing'): string {
  const path = `${SCRATCH}/${name}`;
  later(() => remove(path));
  return path;
}

export function folder(name = 'folder'): string {
  const path = `${SCRATCH}/${name}`;
  mkdirSync(path, { recursive: true });
  later(() => remove(path));
  return path;
}

export function link(name = 'link', target = 'target'): string {
  const path = nothing(name);
  symlinkSync(target, path);
  return path;
}

/** Another name of what there is. */
function named(name: string, of: string): string {
  const path = nothing(name);
  linkSync(of, path);
  return path;
}

export const STREAM = join(SCRATCH, 'stream');
export const DATAGRAM = join(SCRATCH, 'datagram');
const PIPE = join(SCRATCH, 'pipe');
execFileSync('mkfifo', [PIPE]);

const { readWrite, readOnly, nonBlocking, path: pathOnly } = kernel.openFlags;

/** One of each kind that a file is not. */
export const DESCRIPTORS: Readonly<Record<string, () => number>> = {
  // Its own writer, so that whoever reads would wait for ever if it were not told not to.
  'of a pipe': () => closeLater(openSync(PIPE, readWrite | nonBlocking)),
  'of a folder': () => open(folder(), readOnly),
  'of a socket': () => closeLater(kernel.connectUnixSocket(STREAM, 5000)),
  'of /dev/null': () => open('/dev/null'),
  'of a file that is only to be read': () => open(file('read-only'), readOnly),
  'of a file that is only to be written': () => open(file('write-only'), 'a'),
  'of a path alone': () => open(file('path-only'), pathOnly),
};

/** One of each kind that a path may lead to and that is no file. None of them is outside: calls remove and rename. */
export const PATHS: Readonly<Record<string, () => string>> = {
  'to nothing': () => nothing('missing'),
  'to a folder': () => folder('other-folder'),
  'to a pipe': () => named('other-pipe', PIPE),
  'to a socket': () => named('other-socket', STREAM),
  'to a link to itself': () => link('loop', 'loop'),
  'through a file': () => `${file('no-folder')}/name`,
  'outside of what there is': () => '/nonexistent/name',
};
