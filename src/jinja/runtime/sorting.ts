import { spend } from './budget.ts';
import { compare } from './equality.ts';
import { truthy } from './iteration.ts';
import type { Value } from './values.ts';

/** Python's `sorted(items, key=…, reverse=…)`: stable, and TypeError where two items have no order. */
export function sorted(items: readonly Value[], key: (item: Value) => Value, reverse: Value): Value[] {
  const decorated = items.map(item => ({ item, key: key(item) }));
  const direction = truthy(reverse) ? -1 : 1;
  decorated.sort((left, right) => {
    spend(1);
    if (compare(left.key, '<', right.key)) return -direction;
    return compare(right.key, '<', left.key) ? direction : 0;
  });
  return decorated.map(({ item }) => item);
}
