import { raise } from '../errors.ts';
import { spend } from './budget.ts';
import { iterate } from './iteration.ts';
import { Iteration } from './iterator.ts';
import { integerOf, textOf, typeName } from './types.ts';
import { Undefined } from './undefined.ts';
import { Dict, Float, hashKey, PythonObject, Tuple, type Value } from './values.ts';

/** Python's `==`: no coercion but between numbers, deep on lists, tuples and dicts. */
export function equals(left: Value, right: Value): boolean {
  if (typeof left === 'string' && typeof right === 'string') return left === right;
  if (typeof left === 'number' && typeof right === 'number') return left === right;
  if (right instanceof Undefined) return right.equals(left);
  if (left instanceof PythonObject) return left.equals(right);
  if (right instanceof PythonObject) return right.equals(left);
  return equalsPlain(left, right);
}

type Plain = Exclude<Value, PythonObject>;

function equalsPlain(left: Plain, right: Plain): boolean {
  if (left === null || right === null) return left === right;
  const text = textOf(left);
  if (text !== undefined) return text === textOf(right);
  const number = numberOf(left);
  if (number !== undefined) {
    const other = numberOf(right);
    // Loose on purpose: a bigint and a number are compared by value, without loss.
    // biome-ignore lint/suspicious/noDoubleEquals: bigint against number
    return other !== undefined && number == other;
  }
  if (Array.isArray(left)) return Array.isArray(right) && listsEqual(left, right);
  if (left instanceof Tuple) return right instanceof Tuple && tuplesEqual(left.items, right.items);
  if (left instanceof Dict) return right instanceof Dict && dictsEqual(left, right);
  return false;
}

/** The number in an int, bool or float. */
export function numberOf(value: Value): number | bigint | undefined {
  return value instanceof Float ? value.value : integerOf(value);
}

function listsEqual(left: readonly Value[], right: readonly Value[]): boolean {
  return left.length === right.length && left.every((item, index) => same(item, right[index] as Value));
}

/** Unlike lists, CPython's tuples look at their lengths last, so that an undefined item raises first. */
function tuplesEqual(left: readonly Value[], right: readonly Value[]): boolean {
  return firstDifference(left, right) === undefined && left.length === right.length;
}

/** Where the two differ first, as far as both go. */
function firstDifference(left: readonly Value[], right: readonly Value[]): number | undefined {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    if (!same(left[index] as Value, right[index] as Value)) return index;
  }
  return undefined;
}

function dictsEqual(left: Dict, right: Dict): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left.pairs()) {
    const other = right.get(key);
    if (other === undefined || !same(value, other)) return false;
  }
  return true;
}

/** Containers take identity for equality before they ask. */
export function same(left: Value, right: Value): boolean {
  spend(1);
  return isIdentical(left, right) || equals(left, right);
}

/** Python's `is`, as far as it can be told: small values by value, everything else by identity. */
export function isIdentical(left: Value, right: Value): boolean {
  if (left === right) return true;
  return (
    left instanceof Tuple && right instanceof Tuple && left.items.length === 0 && right.items.length === 0
  );
}

/** Python's `needle in haystack`. */
export function contains(haystack: Value, needle: Value): boolean {
  if (Array.isArray(haystack)) return haystack.some(item => same(item, needle));
  if (haystack instanceof Tuple) return haystack.items.some(item => same(item, needle));
  if (haystack instanceof Dict) {
    hashKey(needle);
    return haystack.has(needle);
  }
  const text = textOf(haystack);
  if (text !== undefined) {
    const part = textOf(needle);
    if (part === undefined) {
      return raise('TypeError', `'in <string>' requires string as left operand, not ${typeName(needle)}`);
    }
    return text.includes(part);
  }
  if (haystack instanceof Iteration) return containsByIteration(haystack, needle);
  if (haystack instanceof PythonObject) return haystack.contains(needle);
  return raise('TypeError', `argument of type '${typeName(haystack)}' is not iterable`);
}

/** `needle in haystack`, in the order in which the two are evaluated. */
export function isIn(needle: Value, haystack: Value): boolean {
  return contains(haystack, needle);
}

/** `in` for what can only be gone through. */
function containsByIteration(iterable: Iteration, needle: Value): boolean {
  const iterator = iterate(iterable);
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    if (same(step.value, needle)) return true;
  }
  return false;
}

type Order = '<' | '<=' | '>' | '>=';

/** Python's `<`, `<=`, `>` and `>=`; TypeError where there is no order. */
export function compare(left: Value, order: Order, right: Value): boolean {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) return ordered(a, order, b);
  const text = textOf(left);
  const other = textOf(right);
  if (text !== undefined && other !== undefined) return compareTexts(text, order, other);
  if (Array.isArray(left) && Array.isArray(right)) return compareSequences(left, order, right);
  if (left instanceof Tuple && right instanceof Tuple)
    return compareSequences(left.items, order, right.items);
  return compareObjects(left, order, right);
}

function compareObjects(left: Value, order: Order, right: Value): boolean {
  const flipped = order === '>' || order === '<=';
  const [lower, higher] = flipped ? [right, left] : [left, right];
  let less: boolean | undefined;
  if (lower instanceof PythonObject) less = lower.lessThan(higher);
  if (less === undefined && higher instanceof PythonObject) {
    const more = higher.lessThan(lower);
    less = more === undefined ? undefined : !more && !equals(lower, higher);
  }
  if (less === undefined) {
    return raise(
      'TypeError',
      `'${order}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`,
    );
  }
  return order === '<' || order === '>' ? less : !less;
}

function ordered(left: number | bigint, order: Order, right: number | bigint): boolean {
  // quickjs-ng 0.17 has them the wrong way round where both are below 0 and one alone is a BigInt.
  if (typeof left !== typeof right && left < 0 && right < 0) return ordered(-right, order, -left);
  switch (order) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

function compareTexts(left: string, order: Order, right: string): boolean {
  return ordered(codePointOrder(left, right), order, 0);
}

/** Negative, 0 or positive, by code points: UTF-16 order differs from it above U+FFFF. */
function codePointOrder(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    if (left.charCodeAt(index) !== right.charCodeAt(index)) {
      const start = index > 0 && isLowSurrogate(left.charCodeAt(index)) ? index - 1 : index;
      return (left.codePointAt(start) ?? 0) - (right.codePointAt(start) ?? 0);
    }
  }
  return left.length - right.length;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function compareSequences(left: readonly Value[], order: Order, right: readonly Value[]): boolean {
  const index = firstDifference(left, right);
  return index === undefined
    ? ordered(left.length, order, right.length)
    : compare(left[index] as Value, order, right[index] as Value);
}
