// What disks hold, block by block, by the numbers of the writes that it came by: small enough to be compared after each step.

/** Bytes. */
export const BLOCK = 4096;
const WORD = Uint32Array.BYTES_PER_ELEMENT;
/** No disk has more blocks than fit into these bits of a word. */
const PLACE_BITS = 10;

/** For each block of a disk the number of the write that it came by; 0 for zeros. */
export type Blocks = Uint32Array;

/** The bytes of blocks, each of which says by which write it came, and where it belongs. */
export function bytesOf(blocks: Blocks, first = 0): Buffer {
  const words = new Uint32Array((blocks.length * BLOCK) / WORD);
  for (const [index, write] of blocks.entries())
    if (write !== 0)
      words.fill(
        ((write << PLACE_BITS) | (first + index)) >>> 0,
        (index * BLOCK) / WORD,
        ((index + 1) * BLOCK) / WORD,
      );
  return Buffer.from(words.buffer);
}

/** What is wrong with the bytes that a disk shows; undefined where they are those that it has to have. */
export function difference(shown: Buffer, blocks: Blocks): string | undefined {
  if (shown.equals(bytesOf(blocks))) return undefined;
  if (shown.length !== blocks.length * BLOCK)
    return `it has ${shown.length} bytes, not ${blocks.length * BLOCK}`;
  const wrong = blocks.findIndex((_, index) => !isBlock(shown, blocks, index));
  return `block ${wrong} of ${blocks.length} has ${blockText(shown, wrong)}, not ${writeText(blocks[wrong] ?? 0, wrong)}`;
}

/** Whether one block has what it has to have. */
export function isBlock(shown: Buffer, blocks: Blocks, index: number): boolean {
  const own = shown.subarray(index * BLOCK, (index + 1) * BLOCK);
  return own.equals(bytesOf(blocks.slice(index, index + 1), index));
}

function writeText(write: number, place: number): string {
  return write === 0 ? 'zeros' : `write ${write} of block ${place}`;
}

function blockText(shown: Buffer, index: number): string {
  const words = new Set(
    Array.from({ length: BLOCK / WORD }, (_, word) => shown.readUInt32LE(index * BLOCK + word * WORD)),
  );
  const [first = 0] = words;
  return words.size > 1 ? 'a mixture' : writeText(first >>> PLACE_BITS, first & ((1 << PLACE_BITS) - 1));
}
