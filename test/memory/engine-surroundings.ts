// What calls.ts and what it imports use of Node, on the engine: as much of it as they use, on the addon and MEMORY_HOST.
import { host } from '../../src/host/host.ts';
import { addon } from '../../src/native/addon.ts';
import { isSystemError } from '../../src/native/system-error.ts';

declare const MEMORY_HOST: {
  allocatedBytes: () => number;
  collect: () => void;
  detach: (buffer: ArrayBuffer) => void;
  writeAt: (descriptor: number, text: string) => void;
  run: (command: string) => void;
};

/** The folder of this program, which needs no other. */
export const PROJECT = '';

// node:path
export const join = (...parts: string[]) => parts.join('/');

// node:timers/promises
export const setImmediate = async () => {};

// node:child_process
export const execFileSync = (program: string, parameters: readonly string[]) =>
  MEMORY_HOST.run([program, ...parameters].join(' '));

// node:fs
const { readOnly, writeOnly, readWrite, append, truncate, create } = addon().openFlags;
const FLAGS: Readonly<Record<string, number>> = {
  r: readOnly,
  'r+': readWrite,
  w: writeOnly | create | truncate,
  a: writeOnly | create | append,
};

export function openSync(path: string, flags: string | number): number {
  return addon().openFile(path, typeof flags === 'number' ? flags : (FLAGS[flags] ?? 0), 0o666);
}

export const closeSync = (descriptor: number) => addon().closeFile(descriptor);

export function writeFileSync(path: string, contents: Uint8Array | string): void {
  const descriptor = openSync(path, 'w');
  addon().writeText(descriptor, typeof contents === 'string' ? contents : host.textOf(contents));
  closeSync(descriptor);
}

export function writeSync(descriptor: number, text: string, position?: number): void {
  if (position === undefined) addon().writeText(descriptor, text);
  else MEMORY_HOST.writeAt(descriptor, text);
}

export const mkdirSync = (path: string) => {
  try {
    addon().makeFolder(path, 0o777);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
};
export const linkSync = (of: string, path: string) => addon().linkFile(of, path);
export const symlinkSync = (target: string, path: string) => addon().makeLink(target, path);
export const unlinkSync = (path: string) => addon().removeFile(path);
export const readdirSync = (path: string) => addon().listFolder(path);

export function lstatSync(path: string) {
  const { path: only, noFollow } = addon().openFlags;
  try {
    const descriptor = addon().openFile(path, only | noFollow, 0);
    const { kind } = addon().descriptorStatus(descriptor);
    closeSync(descriptor);
    return { isDirectory: () => kind === 'directory' };
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

export function rmSync(path: string): void {
  try {
    // One that may not be looked into goes all the same when it is empty.
    addon().removeFolder(path);
    return;
  } catch (error) {
    if (!isSystemError(error, 'ENOTEMPTY')) throw error;
  }
  for (const name of addon().listFolder(path)) {
    const inside = `${path}/${name}`;
    if (lstatSync(inside)?.isDirectory() === true) rmSync(inside);
    else unlinkSync(inside);
  }
  addon().removeFolder(path);
}
