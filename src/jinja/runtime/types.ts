import { raise } from '../errors.ts';
import { Dict, Float, Markup, PythonObject, Tuple, type Value } from './values.ts';

/** `type(value).__name__`. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
    case 'bigint':
      return 'int';
    case 'string':
      return 'str';
  }
  if (Array.isArray(value)) return 'list';
  if (value instanceof Float) return 'float';
  if (value instanceof Markup) return 'Markup';
  if (value instanceof Tuple) return value.names === null ? 'tuple' : '_GroupTuple';
  if (value instanceof Dict) return 'dict';
  return value.typeName;
}

/** What Jinja2 calls the object in "… has no attribute …". */
export function objectTypeDescription(value: Value): string {
  if (value === null) return 'None';
  if (value instanceof Markup) return 'markupsafe.Markup object';
  if (value instanceof PythonObject) return `${value.qualifiedTypeName} object`;
  return `${typeName(value)} object`;
}

/** The text of a str (Markup is one), or undefined for everything else. */
export function textOf(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Markup ? value.value : undefined;
}

/** The int in a value (bool is an int), or undefined. */
export function integerOf(value: Value): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return undefined;
}

const LARGEST_INDEX = 2n ** 63n;

/** An int that Python takes as an index or a count; what it cannot take raises TypeError. */
export function indexOf(
  value: Value,
  what = `'${typeName(value)}' object cannot be interpreted as an integer`,
): number {
  const integer = integerOf(value);
  if (integer === undefined) return raise('TypeError', what);
  if (typeof integer === 'number') return integer;
  if (integer >= -LARGEST_INDEX && integer < LARGEST_INDEX) return Number(integer);
  return raise('OverflowError', 'Python int too large to convert to C ssize_t');
}

/** Keeps ints small where they fit: a bigint only beyond 2^53. */
export function normalizeInteger(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** Python's `callable`. */
export function isCallable(value: Value): boolean {
  return value instanceof PythonObject && value.isCallable;
}
