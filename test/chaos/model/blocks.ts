// What disks hold, block by block, by the numbers of the writes that it came by: small enough to be compared after each step.
import { closeSync, openSync, readSync } from 'node:fs';

/** Bytes. */
export const BLOCK = 4096;
const WORDS = BLOCK / Uint32Array.BYTES_PER_ELEMENT;
/** No disk has more blocks than these. */
const MOST = 384;
/** Their numbers fit into these bits of a word. */
const PLACE_BITS = 10;

/** For each block of a disk the number of the write that it came by; 0 for zeros. */
export type Blocks = Uint32Array;

/** The same pages are used again: new ones cost a kernel in user mode a hundred times what filling them costs. */
const wanted = new Uint32Array(MOST * WORDS);
const found = Buffer.alloc(MOST * BLOCK);

/** The bytes of blocks, each of which says by which write it came, and where it belongs; they count until the next call. */
export function bytesOf(blocks: Blocks, first = 0): Buffer {
  for (const [index, write] of blocks.entries())
    wanted.fill(
      write === 0 ? 0 : ((write << PLACE_BITS) | (first + index)) >>> 0,
      index * WORDS,
      (index + 1) * WORDS,
    );
  return Buffer.from(wanted.buffer, 0, blocks.length * BLOCK);
}

/** What is wrong with the bytes that a file or a device shows; undefined where they are those that it has to have. */
export function difference(path: string, blocks: Blocks): string | undefined {
  const length = read(path);
  if (length !== blocks.length * BLOCK) return `it has ${length} bytes or more, not ${blocks.length * BLOCK}`;
  const bytes = bytesOf(blocks);
  if (bytes.equals(found.subarray(0, length))) return undefined;
  const wrong = blocks.findIndex((_, index) => {
    const place = [index * BLOCK, (index + 1) * BLOCK] as const;
    return !bytes.subarray(...place).equals(found.subarray(...place));
  });
  return `block ${wrong} of ${blocks.length} has ${blockText(wrong)}, not ${writeText(blocks[wrong] ?? 0, wrong)}`;
}

/** @returns how many bytes there are, and no more than the most */
function read(path: string): number {
  const descriptor = openSync(path, 'r');
  try {
    let length = 0;
    for (;;) {
      const more = readSync(descriptor, found, length, found.length - length, length);
      if (more === 0) return length;
      length += more;
    }
  } finally {
    closeSync(descriptor);
  }
}

function writeText(write: number, place: number): string {
  return write === 0 ? 'zeros' : `write ${write} of block ${place}`;
}

function blockText(index: number): string {
  const words = new Set(
    Array.from({ length: WORDS }, (_, word) => found.readUInt32LE(index * BLOCK + word * 4)),
  );
  const [first = 0] = words;
  return words.size > 1 ? 'a mixture' : writeText(first >>> PLACE_BITS, first & ((1 << PLACE_BITS) - 1));
}
