import {
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
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
    const target = existing(path);
    const stats = statSync(target, { throwIfNoEntry: false });
    if (stats?.isDirectory()) throw new Refusal(`${path}: is a folder; name a file to write to`);
    if (stats !== undefined && !stats.isFile()) writeFileSync(target, text);
    else replace(target, text, stats?.mode);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`${path}: cannot be written: ${systemErrorText(error)}`);
  }
}

/** The file that a symbolic link leads to, so that the link stays a link. */
function existing(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return path;
    throw error;
  }
}

function replace(target: string, text: string, mode = 0o666): void {
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.new`);
  // wx: somebody else's file or link of that name is never written through.
  const descriptor = openSync(temporary, 'wx', mode & 0o777);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
