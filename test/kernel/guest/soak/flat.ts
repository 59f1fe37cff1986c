// Whether what a host keeps stays as it is from hour to hour.
import type { Counts } from './kept.ts';

/** What is not the same in all of them, a line each. */
export function changesIn(hours: readonly Counts[]): string[] {
  const names = new Set(hours.flatMap(counts => Object.keys(counts)));
  return [...names]
    .map(name => ({ name, numbers: hours.map(counts => counts[name]) }))
    .filter(({ numbers }) => new Set(numbers).size > 1)
    .map(({ name, numbers }) => `${name}: ${numbers.join(', ')}`);
}

/**
 * By how much numbers have become larger: the median of the last third of them less that of the first. One that is an exception at
 * the beginning or the end counts for nothing.
 */
export function growth(numbers: readonly number[]): number {
  const third = Math.max(1, Math.floor(numbers.length / 3));
  return median(numbers.slice(-third)) - median(numbers.slice(0, third));
}

export function median(numbers: readonly number[]): number {
  const middle = [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)];
  if (middle === undefined) throw new Error('of nothing there is no median');
  return middle;
}
