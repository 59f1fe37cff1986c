import { raise } from '../errors.ts';
import { spend, spendItems } from './budget.ts';
import { Iteration } from './iterator.ts';
import { textOf, typeName } from './types.ts';
import { Dict, Float, PythonObject, Tuple, type Value } from './values.ts';

/** Python's `iter(value)`: dicts give their keys, strings their characters. */
export function iterate(value: Value): Iterator<Value> {
  if (Array.isArray(value)) return value.values();
  if (value instanceof Tuple) return value.items.values();
  if (value instanceof Dict) return value.keys();
  if (value instanceof PythonObject) return value.iterate();
  const text = textOf(value);
  if (text !== undefined) return text[Symbol.iterator]();
  return raise('TypeError', `'${typeName(value)}' object is not iterable`);
}

/** For `for … of`, each step counted against the time limit. */
export function* each(value: Value): Generator<Value> {
  const iterator = iterate(value);
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    spend(1);
    yield step.value;
  }
}

/** Python's `list(value)`. */
export function toList(value: Value): Value[] {
  if (Array.isArray(value)) {
    spendItems(value.length);
    return value.slice();
  }
  const list: Value[] = [];
  for (const item of each(value)) {
    list.push(item);
    if ((list.length & 0xffff) === 0) spendItems(list.length);
  }
  return list;
}

/** Whether `iter(value)` works. */
export function isIterable(value: Value): boolean {
  if (value === null || value instanceof Float) return false;
  if (value instanceof PythonObject) return value.isIterable;
  return typeof value === 'string' || typeof value === 'object';
}

/** Characters as Python counts them. */
export function characters(text: string): string[] {
  return hasSurrogates(text) ? Array.from(text) : text.split('');
}

export function hasSurrogates(text: string): boolean {
  return SURROGATE.test(text);
}

const SURROGATE = /[\ud800-\udfff]/;

/** Python's `len` of a str. */
export function textLength(text: string): number {
  return hasSurrogates(text) ? Array.from(text).length : text.length;
}

/** Python's `len(value)`. */
export function lengthOf(value: Value): number {
  if (Array.isArray(value)) return value.length;
  const text = textOf(value);
  if (text !== undefined) return textLength(text);
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof Dict) return value.size;
  if (value instanceof PythonObject) return value.length();
  return raise('TypeError', `object of type '${typeName(value)}' has no len()`);
}

/** Takes exactly `count` values apart, for `a, b = value`. */
export function unpack(value: Value, count: number): Value[] {
  if (value === null || (typeof value !== 'object' && typeof value !== 'string')) {
    return raise('TypeError', `cannot unpack non-iterable ${typeName(value)} object`);
  }
  if (value instanceof Float) return raise('TypeError', 'cannot unpack non-iterable float object');
  const items: Value[] = [];
  const iterator = iterate(value);
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    if (items.length === count) return raise('ValueError', `too many values to unpack (expected ${count})`);
    items.push(step.value);
  }
  if (items.length < count) {
    return raise('ValueError', `not enough values to unpack (expected ${count}, got ${items.length})`);
  }
  return items;
}

/** A generator in Python's sense. */
export function generator(steps: Generator<Value>): Iteration {
  return new Iteration('generator', steps);
}

/** Python's truth of a value. */
export function truthy(value: Value): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'number':
      return value !== 0;
    case 'bigint':
      return true;
  }
  if (value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof PythonObject) return value.truthy();
  if (value instanceof Dict) return value.size > 0;
  if (value instanceof Tuple) return value.items.length > 0;
  if (value instanceof Float) return value.value !== 0;
  return value.value !== '';
}
