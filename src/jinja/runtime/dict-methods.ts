import { raise } from '../errors.ts';
import { freeMethod, type Method, method } from './functions.ts';
import { each, iterate, unpack } from './iteration.ts';
import { repr } from './repr.ts';
import { DictView } from './set.ts';
import { subscript } from './subscript.ts';
import { Dict, type KeywordArguments, PythonObject, Tuple, type Value } from './values.ts';

/** The (key, value) tuples of a dict, for `items()`. */
export function* itemPairs(dict: Dict): Generator<Value> {
  for (const key of dict.keys()) yield new Tuple([key, dict.get(key) ?? null]);
}

/** Python's `dict.update`: a mapping, an iterable of pairs, and keyword arguments. */
export function updateDict(dict: Dict, source: Value | undefined, keywords: KeywordArguments): void {
  if (source instanceof Dict) {
    for (const [key, value] of Array.from(source.pairs())) dict.set(key, value);
  } else if (source instanceof PythonObject && source.isMapping) {
    for (const key of each(source)) dict.set(key, subscript(source, key));
  } else if (source !== undefined) {
    for (const pair of each(source)) {
      const [key, value] = unpackPair(pair);
      dict.set(key, value);
    }
  }
  for (const [key, value] of keywords ?? []) dict.set(key, value);
}

function unpackPair(pair: Value): [Value, Value] {
  if (pair === null || typeof pair === 'number' || typeof pair === 'boolean') {
    return raise('TypeError', 'cannot convert dictionary update sequence element #0 to a sequence');
  }
  const [key = null, value = null] = unpack(pair, 2);
  return [key, value];
}

/** Python's `dict(...)`. */
export function makeDict(args: Value[], keywords: KeywordArguments): Dict {
  if (args.length > 1) raise('TypeError', `dict expected at most 1 argument, got ${args.length}`);
  const dict = new Dict();
  updateDict(dict, args[0], keywords);
  return dict;
}

function pop(dict: Dict, key: Value, fallback: Value | undefined): Value {
  const value = dict.get(key);
  if (value === undefined) return fallback === undefined ? raise('KeyError', repr(key)) : fallback;
  dict.delete(key);
  return value;
}

export const DICT_METHODS: ReadonlyMap<string, Method<Dict>> = new Map<string, Method<Dict>>([
  [
    'get',
    method(
      ['key', ['default', null]],
      (dict, key = null, otherwise = null) => dict.get(key) ?? defaultFor(dict, key, otherwise),
    ),
  ],
  ['keys', method([], dict => new DictView('keys', dict, of => of.keys()))],
  ['values', method([], dict => new DictView('values', dict, of => of.values()))],
  ['items', method([], dict => new DictView('items', dict, itemPairs))],
  ['copy', method([], dict => dict.copy())],
  [
    'clear',
    method([], dict => {
      dict.clear();
      return null;
    }),
  ],
  [
    'update',
    freeMethod((dict, args, keywords) => {
      if (args.length > 1) raise('TypeError', `update expected at most 1 argument, got ${args.length}`);
      updateDict(dict, args[0], keywords);
      return null;
    }),
  ],
  [
    'setdefault',
    method(['key', ['default', null]], (dict, key = null, otherwise = null) => {
      const value = dict.get(key);
      if (value !== undefined) return value;
      dict.set(key, otherwise);
      return otherwise;
    }),
  ],
  [
    'pop',
    freeMethod((dict, args, keywords) => {
      if (keywords !== null && keywords.size > 0) raise('TypeError', 'dict.pop() takes no keyword arguments');
      const [key, fallback] = args;
      if (key === undefined) return raise('TypeError', 'pop expected at least 1 argument, got 0');
      if (args.length > 2) raise('TypeError', `pop expected at most 2 arguments, got ${args.length}`);
      return pop(dict, key, fallback);
    }),
  ],
  [
    'popitem',
    method([], dict => {
      let last: Value | undefined;
      for (const key of dict.keys()) last = key;
      if (last === undefined) return raise('KeyError', "'popitem(): dictionary is empty'");
      return new Tuple([last, pop(dict, last, undefined)]);
    }),
  ],
  [
    'fromkeys',
    method(['iterable', ['value', null]], (_dict, keys = null, value = null) =>
      Dict.from(Array.from({ [Symbol.iterator]: () => iterate(keys) }, key => [key, value] as const)),
    ),
  ],
]);

// `??` would take a stored None for a missing key.
function defaultFor(dict: Dict, key: Value, otherwise: Value): Value {
  return dict.has(key) ? null : otherwise;
}
