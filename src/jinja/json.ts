import { raise } from './errors.ts';
import { normalizeInteger } from './runtime/types.ts';
import { Dict, Float, Markup, PythonObject, Tuple, type Value } from './runtime/values.ts';

/**
 * A value parsed from JSON as Python's json module would have read it: whole numbers are ints, others floats,
 * objects dicts, arrays lists. (JSON.parse reads 1.0 as 1, which makes it an int: who minds gives a Float.)
 */
export function fromJson(value: unknown): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? wholeNumber(value) : new Float(value);
  if (typeof value === 'bigint') return normalizeInteger(value);
  if (value instanceof Float) return value;
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value === 'object') {
    return Dict.from(Object.entries(value).map(([key, item]) => [key, fromJson(item)] as const));
  }
  return raise('TypeError', `a template cannot hold a ${typeof value}`);
}

function wholeNumber(value: number): Value {
  return Number.isSafeInteger(value) ? value + 0 : BigInt(value);
}

/** A value of the host for a template: template values stay what they are, anything else goes by `fromJson`. */
export function toValue(value: unknown): Value {
  if (
    value instanceof PythonObject ||
    value instanceof Dict ||
    value instanceof Float ||
    value instanceof Markup ||
    value instanceof Tuple
  ) {
    return value;
  }
  if (Array.isArray(value)) return value.map(toValue);
  if (value instanceof Map) {
    return Dict.from(Array.from(value, ([key, item]) => [toValue(key), toValue(item)] as const));
  }
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Dict.from(Object.entries(value).map(([key, item]) => [key, toValue(item)] as const));
  }
  return fromJson(value);
}
