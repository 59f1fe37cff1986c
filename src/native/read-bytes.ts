import { addon } from './addon.ts';

const PIECE = 65_536;

/**
 * Reads to the end of what is open there: a device or a pipe says nothing of its length beforehand, and a file may grow.
 * @param longest bytes
 * @returns undefined where it is longer
 * @throws SystemError
 */
export function readBytes(descriptor: number, longest: number): Uint8Array | undefined {
  const pieces: Uint8Array[] = [];
  for (let length = 0; length <= longest; ) {
    // More each time: most are short, and a long one is not read in many pieces.
    const piece = addon().readNext(descriptor, Math.min(Math.max(length, PIECE), longest + 1 - length));
    if (piece.length === 0) return joined(pieces, length);
    pieces.push(piece);
    length += piece.length;
  }
  return undefined;
}

/** Pieces of so many bytes, one behind the other. */
export function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
