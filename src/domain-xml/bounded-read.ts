import { host } from '../host/host.ts';
import { addon } from '../native/addon.ts';
import { readBytes } from '../native/read-bytes.ts';
import { isSystemError } from '../native/system-error.ts';
import { Refusal } from '../words/refusal.ts';
import { systemErrorText } from '../words/system-error-text.ts';

const STANDARD_INPUT = 0;

/**
 * Reads to the end of what is open there, but no further than it may be long.
 * @param longest bytes
 * @param what what is read, with its verb: "a description has"
 * @throws Refusal that names it when it is longer; the system's error as it is
 */
export function readBounded(descriptor: number, longest: number, name: string, what: string): Uint8Array {
  const bytes = readBytes(descriptor, longest);
  if (bytes === undefined) throw new Refusal(`${name}: is too long: ${what} at most ${longest} bytes`);
  return bytes;
}

/**
 * The text of what a person named: a file, a pipe, or "-" for standard input.
 * @throws Refusal that names it
 */
export function readNamedText(file: string, longest: number, what: string): string {
  const name = file === '-' ? 'standard input' : file;
  try {
    const descriptor = file === '-' ? STANDARD_INPUT : addon().openFile(file, addon().openFlags.readOnly, 0);
    try {
      return host.textOf(readBounded(descriptor, longest, name, what));
    } finally {
      if (descriptor !== STANDARD_INPUT) addon().closeFile(descriptor);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`${name}: cannot be read: ${systemErrorText(error)}`);
  }
}

/** Whether there is something of that name, as far as it can be seen. */
export function isThere(path: string): boolean {
  try {
    return addon().fileStatus(path) !== null;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}
