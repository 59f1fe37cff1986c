import type { Random } from '../../../jinja/generator/random.ts';

/** What has become of something that is read back. */
export interface Damage {
  kind: 'cut' | 'random' | "another's";
  content: Buffer;
}

/** Things that are longer are cut at so many lengths. */
const MOST_CUTS = 120;
const RANDOM = 24;

/**
 * Cut at every length, with bytes changed, altogether random, far too long, and with what is another's.
 * @param whole what it is undamaged
 */
export function damagesOf(whole: Buffer, others: readonly Buffer[], random: Random): Damage[] {
  const step = Math.max(1, Math.ceil(whole.length / MOST_CUTS));
  const lengths = Array.from({ length: Math.ceil(whole.length / step) }, (_, index) => index * step);
  return [
    ...lengths.map((length): Damage => ({ kind: 'cut', content: whole.subarray(0, length) })),
    ...random.times(RANDOM, (): Damage => ({ kind: 'random', content: changed(whole, random) })),
    ...random.times(
      RANDOM / 4,
      (): Damage => ({ kind: 'random', content: randomBytes(whole.length, random) }),
    ),
    ...[1000, 70_000].map(
      (longest): Damage => ({ kind: 'random', content: randomBytes(random.below(longest), random) }),
    ),
    { kind: 'random', content: Buffer.from('9'.repeat(400)) },
    ...others.map((content): Damage => ({ kind: "another's", content })),
  ];
}

/** A copy with some bytes changed. */
function changed(whole: Buffer, random: Random): Buffer {
  const copy = Buffer.from(whole);
  for (let count = 1 + random.below(4); count > 0 && copy.length > 0; count--)
    copy[random.below(copy.length)] = random.below(256);
  return copy;
}

function randomBytes(length: number, random: Random): Buffer {
  return Buffer.from(random.times(length, () => random.below(256)));
}
