import type { Stretch } from './addresses.ts';

/** Bytes of an image that have to be known. */
export interface Look {
  start: number;
  length: number;
  /** The same bytes, which another image has at this place, or the same one at another: they are read there. */
  like: { image: number; start: number } | undefined;
}

/** Addresses on the filesystem, from the first to the one behind the last. */
interface Range {
  from: number;
  to: number;
}

/** Addresses that one image is read at. */
interface Owned extends Range {
  image: number;
  start: number;
}

/**
 * What has to be read of images, each in order: every address once, in the first image that has it; and none that all the
 * images have, for nothing can be given back there.
 */
export function whatToRead(images: readonly (readonly Stretch[])[]): Look[][] {
  const common = images.map(rangesOf).reduce(intersection);
  let known: Owned[] = [];
  return images.map((stretches, image) => {
    const fresh: Owned[] = [];
    const looks: Look[] = [];
    for (const { start, length, physical } of byAddress(stretches)) {
      if (physical === undefined) {
        looks.push({ start, length, like: undefined });
        continue;
      }
      const end = physical + length;
      for (let at = physical; at < end; ) {
        const inCommon = rangeAt(common, at);
        const owner = rangeAt(fresh, at) ?? rangeAt(known, at);
        const ends = [common, fresh, known].map(ranges => nextStart(ranges, at));
        const to = Math.min(end, inCommon?.to ?? end, owner?.to ?? end, ...ends);
        const place = start + at - physical;
        if (inCommon === undefined)
          looks.push({
            start: place,
            length: to - at,
            like: owner && { image: owner.image, start: owner.start + at - owner.from },
          });
        if (inCommon === undefined && owner === undefined) fresh.push({ from: at, to, image, start: place });
        at = to;
      }
    }
    known = [...known, ...fresh].sort((a, b) => a.from - b.from);
    return looks.sort((a, b) => a.start - b.start);
  });
}

function byAddress(stretches: readonly Stretch[]): Stretch[] {
  return [...stretches].sort((a, b) => (a.physical ?? 0) - (b.physical ?? 0));
}

/** The addresses of an image, each once, in order. */
function rangesOf(stretches: readonly Stretch[]): Range[] {
  const ranges: Range[] = [];
  for (const { physical, length } of byAddress(stretches)) {
    if (physical === undefined) continue;
    const last = ranges.at(-1);
    if (last !== undefined && physical <= last.to) last.to = Math.max(last.to, physical + length);
    else ranges.push({ from: physical, to: physical + length });
  }
  return ranges;
}

function intersection(one: readonly Range[], other: readonly Range[]): Range[] {
  const both: Range[] = [];
  for (let i = 0, j = 0; ; ) {
    const [a, b] = [one[i], other[j]];
    if (a === undefined || b === undefined) return both;
    const [from, to] = [Math.max(a.from, b.from), Math.min(a.to, b.to)];
    if (from < to) both.push({ from, to });
    if (a.to < b.to) i += 1;
    else j += 1;
  }
}

/** The range with an address; they are in order, and none of them has what another has. */
function rangeAt<Kind extends Range>(ranges: readonly Kind[], address: number): Kind | undefined {
  const found = ranges[firstEndingBehind(ranges, address)];
  return found !== undefined && found.from <= address ? found : undefined;
}

/** Where the next range begins behind an address. */
function nextStart(ranges: readonly Range[], address: number): number {
  const index = firstEndingBehind(ranges, address);
  const found = ranges[index];
  if (found !== undefined && found.from > address) return found.from;
  return ranges[index + 1]?.from ?? Number.POSITIVE_INFINITY;
}

function firstEndingBehind(ranges: readonly Range[], address: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.to ?? 0) <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}
