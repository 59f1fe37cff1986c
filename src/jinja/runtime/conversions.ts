import { raise } from '../errors.ts';
import { repr } from './repr.ts';
import { integerOf, normalizeInteger, textOf, typeName } from './types.ts';
import { Undefined } from './undefined.ts';
import { Float, type Value } from './values.ts';

const DECIMAL = /^[+-]?\d+(?:_\d+)*$/;
const FLOAT = /^[+-]?(?:(?:\d+(?:_\d+)*)?\.(?:\d+(?:_\d+)*)?|\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const SPECIAL_FLOAT = /^([+-]?)(inf|infinity|nan)$/i;
const MAXIMUM_DIGITS = 4300;

/**
 * Python's `int(value)`: floats are cut, strings read as decimal.
 * @throws ValueError and TypeError
 */
export function toInteger(value: Value): number | bigint {
  const integer = integerOf(value);
  if (integer !== undefined) return integer;
  if (value instanceof Float) return truncate(value.value);
  const text = textOf(value);
  if (text !== undefined) return parseInteger(text, 10);
  if (value instanceof Undefined) return value.fail();
  return raise(
    'TypeError',
    `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`,
  );
}

function truncate(value: number): number | bigint {
  if (Number.isNaN(value)) return raise('ValueError', 'cannot convert float NaN to integer');
  if (!Number.isFinite(value)) return raise('OverflowError', 'cannot convert float infinity to integer');
  return normalizeInteger(BigInt(Math.trunc(value)));
}

/** Python's `int(text, base)`; base 0 goes by the prefix. */
export function parseInteger(text: string, base: number): number | bigint {
  if (base !== 0 && (base < 2 || base > 36)) {
    return raise('ValueError', 'int() base must be >= 2 and <= 36, or 0');
  }
  const parsed = readInteger(asciiDigits(trimPython(text)), base);
  if (parsed === null) {
    return raise('ValueError', `invalid literal for int() with base ${base}: ${repr(text)}`);
  }
  return parsed;
}

const PREFIXES: Record<string, number> = { '0x': 16, '0o': 8, '0b': 2 };

function readInteger(text: string, base: number): number | bigint | null {
  const sign = /^[+-]/.test(text) ? text[0] : '';
  let digits = sign === '' ? text : text.slice(1);
  let radix = base;
  const prefix = PREFIXES[digits.slice(0, 2).toLowerCase()];
  if (prefix !== undefined && (base === 0 || base === prefix)) {
    radix = prefix;
    digits = digits.slice(2).replace(/^_/, '');
  } else if (base === 0) {
    radix = 10;
    if (/^0[0-9_]*[1-9]/.test(digits)) return null;
  }
  if (!/^[0-9a-z]+(?:_[0-9a-z]+)*$/i.test(digits)) return null;
  const plain = digits.replaceAll('_', '').toLowerCase();
  if ((radix & (radix - 1)) !== 0 && plain.length > MAXIMUM_DIGITS) return null;
  let value = 0n;
  const step = BigInt(radix);
  if (radix === 10) {
    if (!/^\d+$/.test(plain)) return null;
    value = BigInt(plain);
  } else {
    for (const digit of plain) {
      const number = Number.parseInt(digit, 36);
      if (number >= radix) return null;
      value = value * step + BigInt(number);
    }
  }
  return normalizeInteger(sign === '-' ? -value : value);
}

/**
 * Python's `float(value)`.
 * @throws ValueError and TypeError
 */
export function toFloat(
  value: Value,
  message = `float() argument must be a string or a real number, not '${typeName(value)}'`,
): number {
  if (value instanceof Float) return value.value;
  const integer = integerOf(value);
  if (integer !== undefined) {
    const number = Number(integer);
    return Number.isFinite(number) ? number : raise('OverflowError', 'int too large to convert to float');
  }
  const text = textOf(value);
  if (text !== undefined) return parseFloatText(text);
  if (value instanceof Undefined) return value.fail();
  return raise('TypeError', message);
}

function parseFloatText(text: string): number {
  const trimmed = asciiDigits(trimPython(text));
  const special = SPECIAL_FLOAT.exec(trimmed);
  if (special !== null) {
    const magnitude = special[2]?.toLowerCase() === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY;
    return special[1] === '-' ? -magnitude : magnitude;
  }
  if (!FLOAT.test(trimmed) || trimmed === '.' || !/\d/.test(trimmed)) {
    return raise('ValueError', `could not convert string to float: ${repr(text)}`);
  }
  return Number(trimmed.replaceAll('_', ''));
}

/** Whether a text is all that `int` reads without a base. */
export function isDecimalText(text: string): boolean {
  return DECIMAL.test(text);
}

// Python reads every script's digits.
function asciiDigits(text: string): string {
  return text.replace(/[\u0080-\u{10ffff}]/gu, character => {
    if (!/\p{Nd}/u.test(character)) return character;
    const code = character.codePointAt(0) ?? 0;
    // Digits come in runs of ten: the zero is the last one before which the run breaks.
    let value = 0;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
    return String(value);
  });
}

/** What Python takes for whitespace in str methods. */
export const PYTHON_WHITESPACE =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const EDGES = new RegExp(`^[${PYTHON_WHITESPACE}]+|[${PYTHON_WHITESPACE}]+$`, 'g');

/** Python's `text.strip()`. */
export function trimPython(text: string): string {
  return text.replace(EDGES, '');
}
