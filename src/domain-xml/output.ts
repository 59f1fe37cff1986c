import { host } from '../host/host.ts';
import { basename, dirname, join } from '../host/paths.ts';
import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { Refusal } from '../words/refusal.ts';
import { systemErrorText } from '../words/system-error-text.ts';

/**
 * Writes a file as a whole or not at all: what was there stays until the new text is safely on the disk.
 * Something that is not a regular file (a pipe, /dev/null) is written to.
 * @throws Refusal
 */
export function writeOutput(path: string, text: string): void {
  try {
    // The file that a symbolic link leads to, so that the link stays a link.
    const there = addon().resolveFile(path);
    if (there?.kind === 'directory') throw new Refusal(`${path}: is a folder; name a file to write to`);
    if (there !== null && there.kind !== 'file') writeInto(there.path, text);
    else replace(there?.path ?? path, text, there?.mode);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`${path}: cannot be written: ${systemErrorText(error)}`);
  }
}

/** Into something that is no regular file: a pipe, a terminal, /dev/null. */
function writeInto(path: string, text: string): void {
  const descriptor = addon().openFile(path, addon().openFlags.writeOnly, 0);
  try {
    addon().writeAnswer(descriptor, text);
  } finally {
    addon().closeFile(descriptor);
  }
}

function replace(target: string, text: string, mode = 0o666): void {
  const temporary = join(dirname(target), `.${basename(target)}.${host.processId}.new`);
  writeNewFile(temporary, text, mode & 0o777);
  try {
    addon().renameFile(temporary, target);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
}

/** Whether a file is on disk before it is left: a rename alone says nothing about what is in it after a power cut. */
export type Durability = 'on disk' | 'sooner or later';

/**
 * Makes a file. Where something of that name is there, a link too, nothing is written through it.
 * @throws SystemError, with nothing of the file left
 */
export function writeNewFile(
  path: string,
  text: string,
  mode: number,
  durability: Durability = 'on disk',
): void {
  const { writeOnly, create, exclusive } = addon().openFlags;
  const descriptor = addon().openFile(path, writeOnly | create | exclusive, mode);
  try {
    addon().writeText(descriptor, text);
    if (durability === 'on disk') addon().syncFile(descriptor);
  } catch (error) {
    removeIfThere(path);
    throw error;
  } finally {
    addon().closeFile(descriptor);
  }
}

/** @throws SystemError */
export function removeIfThere(path: string): void {
  try {
    addon().removeFile(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}
