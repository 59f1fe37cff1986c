import { raise } from '../errors.ts';
import { spend } from './budget.ts';
import { floatPower } from './float-power.ts';
import { normalizeInteger } from './types.ts';
import { Float, type Value } from './values.ts';

export type Numeric = number | bigint | Float;

// 2 ** MAXIMUM_BITS has over a million digits: nothing that a template can need.
const MAXIMUM_BITS = 4_000_000;

export function wrapNumeric(value: bigint): number | bigint {
  const bits = value < 0n ? -value : value;
  if (bits > 0xffffffffffffffffn) spend(bits.toString(16).length >> 6);
  return normalizeInteger(value);
}

export function addBig(left: number | bigint, right: number | bigint): number | bigint {
  return normalizeInteger(BigInt(left) + BigInt(right));
}

/** The value as a float; ints beyond its range raise OverflowError. */
export function toNumber(value: Numeric): number {
  if (value instanceof Float) return value.value;
  const number = Number(value);
  return Number.isFinite(number) ? number : raise('OverflowError', 'int too large to convert to float');
}

export function divide(left: Numeric, right: Numeric): Value {
  if (left instanceof Float || right instanceof Float) {
    const divisor = toNumber(right);
    if (divisor === 0) return raise('ZeroDivisionError', 'float division by zero');
    return new Float(toNumber(left) / divisor);
  }
  // biome-ignore lint/suspicious/noDoubleEquals: 0n and 0 alike
  if (right == 0) return raise('ZeroDivisionError', 'division by zero');
  if (typeof left === 'number' && typeof right === 'number') return new Float(left / right);
  return new Float(divideBig(BigInt(left), BigInt(right)));
}

// Keeps 66 significant bits and a sticky one, which makes the one rounding of Number() the right one.
function divideBig(left: bigint, right: bigint): number {
  const negative = left < 0n !== right < 0n;
  const dividend = left < 0n ? -left : left;
  const divisor = right < 0n ? -right : right;
  const shift = Math.max(0, 66 + divisor.toString(2).length - dividend.toString(2).length);
  const scaled = dividend << BigInt(shift);
  const quotient = scaled / divisor;
  const sticky = scaled % divisor === 0n ? quotient : quotient | 1n;
  const magnitude = Number(sticky) / 2 ** shift;
  if (!Number.isFinite(magnitude))
    return raise('OverflowError', 'integer division result too large for a float');
  return negative ? -magnitude : magnitude;
}

export function floorDivide(left: Numeric, right: Numeric): Value {
  if (left instanceof Float || right instanceof Float) {
    return new Float(floatDivision(toNumber(left), toNumber(right), 'float floor division by zero').quotient);
  }
  // biome-ignore lint/suspicious/noDoubleEquals: 0n and 0 alike
  if (right == 0) return raise('ZeroDivisionError', 'integer division or modulo by zero');
  if (typeof left === 'number' && typeof right === 'number') {
    return (left - integerModulo(left, right)) / right + 0;
  }
  const a = BigInt(left);
  const b = BigInt(right);
  return normalizeInteger((a - bigModulo(a, b)) / b);
}

export function modulo(left: Numeric, right: Numeric): Value {
  if (left instanceof Float || right instanceof Float) {
    return new Float(floatDivision(toNumber(left), toNumber(right), 'float modulo').remainder);
  }
  // biome-ignore lint/suspicious/noDoubleEquals: 0n and 0 alike
  if (right == 0) return raise('ZeroDivisionError', 'integer modulo by zero');
  if (typeof left === 'number' && typeof right === 'number') return integerModulo(left, right);
  return normalizeInteger(bigModulo(BigInt(left), BigInt(right)));
}

function integerModulo(left: number, right: number): number {
  const rest = left % right;
  return (rest !== 0 && rest < 0 !== right < 0 ? rest + right : rest) + 0;
}

function bigModulo(left: bigint, right: bigint): bigint {
  const rest = left % right;
  return rest !== 0n && rest < 0n !== right < 0n ? rest + right : rest;
}

// As CPython computes it, so that the last digit agrees.
function floatDivision(
  left: number,
  right: number,
  message: string,
): { quotient: number; remainder: number } {
  if (right === 0) return raise('ZeroDivisionError', message);
  let remainder = left % right;
  let division = (left - remainder) / right;
  if (remainder !== 0) {
    if (right < 0 !== remainder < 0) {
      remainder += right;
      division -= 1;
    }
  } else {
    remainder = right < 0 ? -0 : 0;
  }
  if (division === 0)
    return { quotient: left / right < 0 || Object.is(left / right, -0) ? -0 : 0, remainder };
  let quotient = Math.floor(division);
  if (division - quotient > 0.5) quotient += 1;
  return { quotient, remainder };
}

export function power(base: Numeric, exponent: Numeric): Value {
  if (!(base instanceof Float) && !(exponent instanceof Float) && exponent >= 0)
    return integerPower(base, exponent);
  const x = toNumber(base);
  const y = toNumber(exponent);
  if (x === 0 && y < 0) return raise('ZeroDivisionError', '0.0 cannot be raised to a negative power');
  if (x < 0 && Number.isFinite(x) && Number.isFinite(y) && !Number.isInteger(y)) {
    return raise('ValueError', 'a negative number to a fractional power is a complex number');
  }
  // JavaScript has NaN where C's pow, and so Python, has 1.
  if (x === 1 || (x === -1 && !Number.isFinite(y) && !Number.isNaN(y))) return new Float(1);
  const result = powerOf(x, y);
  if (!Number.isFinite(result) && Number.isFinite(x) && Number.isFinite(y)) {
    return raise('OverflowError', "(34, 'Numerical result out of range')");
  }
  return new Float(result);
}

function powerOf(x: number, y: number): number {
  if (x === 0 || y === 0 || !Number.isFinite(x) || !Number.isFinite(y)) return x ** y;
  const magnitude = floatPower(Math.abs(x), y);
  return x < 0 && y % 2 !== 0 ? -magnitude : magnitude;
}

function integerPower(base: number | bigint, exponent: number | bigint): number | bigint {
  if (typeof base === 'number' && typeof exponent === 'number') {
    const small = base ** exponent;
    if (Number.isSafeInteger(small)) return small + 0;
  }
  const bits = BigInt(base).toString(2).length;
  if (BigInt(exponent) * BigInt(bits) > MAXIMUM_BITS && bits > 1) {
    return raise('MemoryError', 'a number of that size is more than a template may make');
  }
  return wrapNumeric(BigInt(base) ** BigInt(exponent));
}
