import { closeSync, openSync, readSync } from 'node:fs';
import { Refusal } from '../words/refusal.ts';
import { systemErrorText } from '../words/system-error-text.ts';

const STANDARD_INPUT = 0;
const FIRST_PIECE = 65_536;

/**
 * Reads to the end of what is open there, but no further than it may be long: a device or a pipe says nothing of its
 * length beforehand, and a file may grow.
 * @param longest bytes
 * @param what what is read, with its verb: "a description has"
 * @throws Refusal that names it when it is longer; the system's error as it is
 */
export function readBounded(descriptor: number, longest: number, name: string, what: string): Buffer {
  let bytes = Buffer.allocUnsafe(Math.min(FIRST_PIECE, longest + 1));
  for (let length = 0; ; ) {
    if (length > longest) throw new Refusal(`${name}: is too long: ${what} at most ${longest} bytes`);
    if (length === bytes.length) {
      const larger = Buffer.allocUnsafe(Math.min(length * 4, longest + 1));
      bytes.copy(larger);
      bytes = larger;
    }
    const got = readSync(descriptor, bytes, length, bytes.length - length, null);
    if (got === 0) return bytes.subarray(0, length);
    length += got;
  }
}

/**
 * The text of what a person named: a file, a pipe, or "-" for standard input.
 * @throws Refusal that names it
 */
export function readNamedText(file: string, longest: number, what: string): string {
  const name = file === '-' ? 'standard input' : file;
  try {
    const descriptor = file === '-' ? STANDARD_INPUT : openSync(file, 'r');
    try {
      return readBounded(descriptor, longest, name, what).toString('utf8');
    } finally {
      if (descriptor !== STANDARD_INPUT) closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`${name}: cannot be read: ${systemErrorText(error)}`);
  }
}
