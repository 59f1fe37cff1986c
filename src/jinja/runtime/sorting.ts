import { spend } from './budget.ts';
import { compare } from './equality.ts';
import { truthy } from './iteration.ts';
import type { Value } from './values.ts';

interface Keyed {
  item: Value;
  key: Value;
}

/** As long as Python's own, which sorts so many by insertion. */
const INSERTED = 64;

/**
 * Python's `sorted(items, key=…, reverse=…)`: stable, and TypeError where two items have no order. Not by the engine's own sort,
 * for which two are compared first, and so named by the error, each engine decides by itself.
 */
export function sorted(items: readonly Value[], key: (item: Value) => Value, reverse: Value): Value[] {
  const keyed = items.map(item => ({ item, key: key(item) }));
  // What is equal stays as it was: turned round before and afterwards.
  const turned = truthy(reverse);
  const all = sortedRun(turned ? keyed.reverse() : keyed);
  return (turned ? all.reverse() : all).map(({ item }) => item);
}

function isBefore(left: Keyed, right: Keyed): boolean {
  spend(1);
  return compare(left.key, '<', right.key);
}

function sortedRun(all: Keyed[]): Keyed[] {
  if (all.length <= INSERTED) return inserted(all);
  const middle = all.length >> 1;
  return merged(sortedRun(all.slice(0, middle)), sortedRun(all.slice(middle)));
}

function inserted(all: readonly Keyed[]): Keyed[] {
  const done = all.slice(0, 1);
  for (const one of all.slice(1)) {
    let start = 0;
    // What is in order already is asked about once.
    if (!isBefore(one, done.at(-1) as Keyed)) start = done.length;
    for (let end = done.length - 1; start < end; ) {
      const middle = (start + end) >> 1;
      if (isBefore(one, done[middle] as Keyed)) end = middle;
      else start = middle + 1;
    }
    done.splice(start, 0, one);
  }
  return done;
}

function merged(left: readonly Keyed[], right: readonly Keyed[]): Keyed[] {
  const all: Keyed[] = [];
  let at = 0;
  for (const one of right) {
    while (at < left.length && !isBefore(one, left[at] as Keyed)) all.push(left[at++] as Keyed);
    all.push(one);
  }
  return [...all, ...left.slice(at)];
}
