import { addon } from '../../native/addon.ts';
import { BLOCK } from './blocks.ts';

/** Bytes of an image in one piece, at multiples of a block, and where they lie on the filesystem. */
export interface Stretch {
  start: number;
  length: number;
  /** Undefined where that cannot be told byte by byte, as of what is compressed. */
  physical: number | undefined;
}

/** What takes space in a file and is no zeros for certain, in order; its last block only where that is whole. */
export function stretchesOf(descriptor: number): Stretch[] {
  const end = wholeBlocks(addon().descriptorStatus(descriptor).size);
  const stretches: Stretch[] = [];
  for (let position = 0; position < end; ) {
    const extents = addon().nextExtents(descriptor, position);
    for (const { start, length, physical, unwritten } of extents) {
      const from = Math.ceil(Math.max(start, position) / BLOCK) * BLOCK;
      const to = wholeBlocks(Math.min(start + length, end));
      position = Math.max(position, start + length);
      if (from < to && !unwritten)
        stretches.push({
          start: from,
          length: to - from,
          physical: physical === null ? undefined : physical + from - start,
        });
    }
    if (extents.length === 0) break;
  }
  return stretches;
}

function wholeBlocks(bytes: number): number {
  return Math.floor(bytes / BLOCK) * BLOCK;
}

/** Where the blocks of an image lie. */
export class Addresses {
  readonly stretches: readonly Stretch[];
  /** What was asked for last: the next is most often in the same stretch. */
  #last = 0;

  constructor(stretches: readonly Stretch[]) {
    this.stretches = stretches;
  }

  /** The address of a block in bytes; undefined where it has none, or none that can be told. */
  of(block: number): number | undefined {
    const position = block * BLOCK;
    if (!this.#isIn(this.#last, position)) this.#last = this.#find(position);
    const stretch = this.stretches[this.#last];
    if (stretch?.physical === undefined || !this.#isIn(this.#last, position)) return undefined;
    return stretch.physical + position - stretch.start;
  }

  #isIn(index: number, position: number): boolean {
    const stretch = this.stretches[index];
    return stretch !== undefined && stretch.start <= position && position < stretch.start + stretch.length;
  }

  /** The last stretch that begins there or before. */
  #find(position: number): number {
    let low = 0;
    let high = this.stretches.length;
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if ((this.stretches[middle]?.start ?? 0) <= position) low = middle;
      else high = middle;
    }
    return low;
  }
}
