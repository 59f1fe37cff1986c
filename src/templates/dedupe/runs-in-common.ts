import type { Addresses } from './addresses.ts';
import { BlockIndex, type BlockPlace } from './block-index.ts';
import { SHORTEST } from './blocks.ts';

/** What is known of an image's blocks. */
export interface KnownBlocks {
  /** A checksum of each; 0 for what is not looked for: holes, zeros, and what all the images share. */
  checksums: Uint32Array;
  addresses: Addresses;
}

/** Blocks of one image that an earlier one has as well, as far as checksums tell; and that do not lie at the same address. */
export interface Run {
  source: BlockPlace;
  destination: BlockPlace;
  blocks: number;
}

/**
 * Finds what images have in common, wherever it lies in them. Checksums of what was found, or is shared already, become 0: each
 * block is shared with one that stays as it is.
 */
export function runsInCommon(images: readonly KnownBlocks[]): Run[] {
  const sums = images.map(({ checksums }) => checksums);
  const index = new BlockIndex(sums);
  const runs: Run[] = [];
  for (const [image, own] of sums.entries()) {
    const inCommon: Run[] = [];
    for (let block = 0, free = 0; block < own.length; ) {
      const sum = own[block] ?? 0;
      const found = sum === 0 ? undefined : longest(sums, index, { image, block }, free);
      if (found === undefined) {
        block += 1;
        continue;
      }
      inCommon.push(found);
      block = found.destination.block + found.blocks;
      free = block;
    }
    for (const run of inCommon) {
      runs.push(...elsewhere(run, images));
      const { block } = run.destination;
      own.fill(0, block, block + run.blocks);
    }
    index.add(image);
  }
  return runs;
}

/**
 * The longest run around a block: at the same place of an earlier image, or where the index has a block like it.
 * @param free from where on blocks of the image are in no run yet
 */
function longest(
  sums: readonly Uint32Array[],
  index: BlockIndex,
  at: BlockPlace,
  free: number,
): Run | undefined {
  let best: Run | undefined;
  const consider = (source: BlockPlace) => {
    const run = runAround(sums, source, at, free);
    if (run.blocks >= SHORTEST && run.blocks > (best?.blocks ?? 0)) best = run;
  };
  const sum = sums[at.image]?.[at.block] ?? 0;
  for (let image = 0; image < at.image; image++)
    if (sums[image]?.[at.block] === sum) consider({ image, block: at.block });
  const found = index.find(sum);
  if (found !== undefined) consider(found);
  return best;
}

function runAround(sums: readonly Uint32Array[], source: BlockPlace, at: BlockPlace, free: number): Run {
  const [theirs, own] = [sums[source.image] ?? [], sums[at.image] ?? []];
  const isSame = (distance: number) => {
    const sum = own[at.block + distance] ?? 0;
    return sum !== 0 && sum === theirs[source.block + distance];
  };
  let before = 0;
  while (at.block - before > free && isSame(-before - 1)) before += 1;
  let behind = 1;
  while (isSame(behind)) behind += 1;
  return {
    source: { image: source.image, block: source.block - before },
    destination: { image: at.image, block: at.block - before },
    blocks: before + behind,
  };
}

/** The parts of a run that are not shared yet. */
function elsewhere({ source, destination, blocks }: Run, images: readonly KnownBlocks[]): Run[] {
  const parts: Run[] = [];
  let begun = 0;
  const end = (at: number) => {
    if (at > begun)
      parts.push({
        source: { ...source, block: source.block + begun },
        destination: { ...destination, block: destination.block + begun },
        blocks: at - begun,
      });
    begun = at + 1;
  };
  for (let at = 0; at < blocks; at++) {
    const address = images[destination.image]?.addresses.of(destination.block + at);
    if (address !== undefined && address === images[source.image]?.addresses.of(source.block + at)) end(at);
  }
  end(blocks);
  return parts;
}
