import { raise } from '../errors.ts';
import { spendItems } from './budget.ts';
import { same } from './equality.ts';
import { type Method, method } from './functions.ts';
import { toList } from './iteration.ts';
import { repr } from './repr.ts';
import { sorted } from './sorting.ts';
import { indexOf } from './types.ts';
import type { Tuple, Value } from './values.ts';

function search(items: readonly Value[], wanted: Value, start: Value, stop: Value, kind: string): number {
  const clamp = (value: Value, otherwise: number): number => {
    if (value === null) return otherwise;
    const index = indexOf(value, 'slice indices must be integers or have an __index__ method');
    return Math.max(0, index < 0 ? index + items.length : index);
  };
  const end = Math.min(items.length, clamp(stop, items.length));
  for (let index = clamp(start, 0); index < end; index++) {
    if (same(items[index] as Value, wanted)) return index;
  }
  return raise(
    'ValueError',
    kind === 'tuple' ? 'tuple.index(x): x not in tuple' : `${repr(wanted)} is not in list`,
  );
}

function count(items: readonly Value[], wanted: Value): number {
  return items.filter(item => same(item, wanted)).length;
}

export const TUPLE_METHODS: ReadonlyMap<string, Method<Tuple>> = new Map<string, Method<Tuple>>([
  ['count', method(['value'], (tuple, value = null) => count(tuple.items, value))],
  [
    'index',
    method(['value', ['start', null], ['stop', null]], (tuple, value = null, start = null, stop = null) =>
      search(tuple.items, value, start, stop, 'tuple'),
    ),
  ],
]);

export const LIST_METHODS: ReadonlyMap<string, Method<Value[]>> = new Map<string, Method<Value[]>>([
  [
    'append',
    method(['object'], (list, item = null) => {
      list.push(item);
      return null;
    }),
  ],
  [
    'extend',
    method(['iterable'], (list, items = null) => {
      const added = toList(items);
      spendItems(list.length + added.length);
      for (const item of added) list.push(item);
      return null;
    }),
  ],
  [
    'insert',
    method(['index', 'object'], (list, at = null, item = null) => {
      list.splice(indexOf(at), 0, item);
      return null;
    }),
  ],
  [
    'pop',
    method([['index', -1]], (list, at = -1) => {
      if (list.length === 0) return raise('IndexError', 'pop from empty list');
      const index = indexOf(at);
      const position = index < 0 ? index + list.length : index;
      if (position < 0 || position >= list.length) return raise('IndexError', 'pop index out of range');
      return list.splice(position, 1)[0] ?? null;
    }),
  ],
  [
    'remove',
    method(['value'], (list, value = null) => {
      const position = list.findIndex(item => same(item, value));
      if (position < 0) return raise('ValueError', 'list.remove(x): x not in list');
      list.splice(position, 1);
      return null;
    }),
  ],
  [
    'clear',
    method([], list => {
      list.length = 0;
      return null;
    }),
  ],
  ['copy', method([], list => list.slice())],
  ['count', method(['value'], (list, value = null) => count(list, value))],
  [
    'index',
    method(['value', ['start', null], ['stop', null]], (list, value = null, start = null, stop = null) =>
      search(list, value, start, stop, 'list'),
    ),
  ],
  [
    'reverse',
    method([], list => {
      list.reverse();
      return null;
    }),
  ],
  [
    'sort',
    {
      ...method<Value[]>([], () => null),
      free: (list, args, keywords) => {
        if (args.length > 0) raise('TypeError', 'sort() takes no positional arguments');
        const ordered = sorted(
          list,
          sortKey(keywords?.get('key') ?? null),
          keywords?.get('reverse') ?? false,
        );
        for (const name of keywords?.keys() ?? []) {
          if (name !== 'key' && name !== 'reverse') {
            raise('TypeError', `'${name}' is an invalid keyword argument for sort()`);
          }
        }
        list.splice(0, list.length, ...ordered);
        return null;
      },
    },
  ],
]);

function sortKey(key: Value): (item: Value) => Value {
  if (key === null) return item => item;
  return item => callValue(key, [item]);
}

function callValue(callee: Value, args: Value[]): Value {
  if (callee !== null && typeof callee === 'object' && 'call' in callee) return callee.call(args, null);
  return raise('TypeError', 'key is not callable');
}
