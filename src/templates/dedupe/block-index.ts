import { SHORTEST } from './blocks.ts';

/** A block of an image, by the numbers of both. */
export interface BlockPlace {
  image: number;
  block: number;
}

/**
 * Finds a block by its checksum. Of an image every fourth is known: any run that is long enough to be shared has one of them.
 * Two or four slots of 6 bytes for each, so that a GiB of blocks takes 0.8 or 1.5 MiB.
 */
export class BlockIndex {
  readonly #images: readonly Uint32Array[];
  /** The number of an image, and the block behind its first one: 0 where a slot is empty. */
  readonly #image: Uint16Array;
  readonly #block: Uint32Array;
  readonly #mask: number;

  /** @param images the checksums of their blocks, 0 for what is not looked for; those of an image stay as they are once it is added */
  constructor(images: readonly Uint32Array[]) {
    this.#images = images;
    const entries = images.reduce((sum, { length }) => sum + Math.ceil(length / SHORTEST), 1);
    const slots = 2 ** Math.ceil(Math.log2(2 * entries));
    this.#image = new Uint16Array(slots);
    this.#block = new Uint32Array(slots);
    this.#mask = slots - 1;
  }

  /** Has the blocks of an image found from now on; of those that have the same checksum the first. */
  add(image: number): void {
    const sums = this.#images[image] ?? new Uint32Array();
    for (let block = 0; block < sums.length; block += SHORTEST) {
      const sum = sums[block] ?? 0;
      if (sum === 0) continue;
      const slot = this.#slotOf(sum);
      if (this.#block[slot] !== 0) continue;
      this.#image[slot] = image;
      this.#block[slot] = block + 1;
    }
  }

  find(sum: number): BlockPlace | undefined {
    const slot = this.#slotOf(sum);
    const block = this.#block[slot] ?? 0;
    return block === 0 ? undefined : { image: this.#image[slot] ?? 0, block: block - 1 };
  }

  /** The slot that has this checksum, or the empty one where it belongs. */
  #slotOf(sum: number): number {
    for (let slot = sum & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const block = this.#block[slot] ?? 0;
      if (block === 0 || this.#images[this.#image[slot] ?? 0]?.[block - 1] === sum) return slot;
    }
  }
}
