import { raise } from '../errors.ts';
import { type Method, method } from './functions.ts';
import { integerOf, normalizeInteger } from './types.ts';
import { Float, Tuple, type Value } from './values.ts';

type Integer = number | bigint | boolean;

export const INTEGER_METHODS: ReadonlyMap<string, Method<Integer>> = new Map<string, Method<Integer>>([
  [
    'bit_length',
    method([], self => {
      const value = BigInt(integerOf(self) ?? 0);
      return value === 0n ? 0 : (value < 0n ? -value : value).toString(2).length;
    }),
  ],
  [
    'bit_count',
    method([], self => {
      const value = BigInt(integerOf(self) ?? 0);
      return (value < 0n ? -value : value).toString(2).replaceAll('0', '').length;
    }),
  ],
  ['conjugate', method([], self => integerOf(self) ?? 0)],
  ['as_integer_ratio', method([], self => new Tuple([integerOf(self) ?? 0, 1]))],
]);

export const FLOAT_METHODS: ReadonlyMap<string, Method<Float>> = new Map<string, Method<Float>>([
  ['is_integer', method([], self => Number.isInteger(self.value))],
  ['conjugate', method([], self => self)],
  ['as_integer_ratio', method([], self => integerRatio(self.value))],
]);

function integerRatio(value: number): Value {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value)
      ? raise('ValueError', 'cannot convert NaN to integer ratio')
      : raise('OverflowError', 'cannot convert Infinity to integer ratio');
  }
  let denominator = 1n;
  let numerator = value;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    denominator *= 2n;
  }
  return new Tuple([normalizeInteger(BigInt(numerator)), normalizeInteger(denominator)]);
}

/** The plain attributes of numbers. */
export function numberAttribute(self: Integer | Float, name: string): Value | undefined {
  if (self instanceof Float) {
    if (name === 'real') return self;
    return name === 'imag' ? new Float(0) : undefined;
  }
  if (name === 'real' || name === 'numerator') return integerOf(self) ?? 0;
  if (name === 'imag') return 0;
  return name === 'denominator' ? 1 : undefined;
}
