import { raise } from '../errors.ts';
import { spend } from './budget.ts';
import { formatFloat } from './float-text.ts';
import { Dict, Float, Markup, PlainTuple, PythonObject, type Tuple, type Value } from './values.ts';

// Python 3.11 refuses to write out larger ints.
const MAXIMUM_DIGITS = 4300;

/** Python's `repr(value)`. */
export function repr(value: Value): string {
  return reprWithin(value, new Set());
}

/** Python's `str(value)`. */
export function str(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof Markup) return value.value;
  if (value instanceof PythonObject || value instanceof PlainTuple) return value.str();
  return repr(value);
}

function reprWithin(value: Value, open: Set<unknown>): string {
  spend(1);
  if (value === null) return 'None';
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      return String(value);
    case 'bigint':
      return integerText(value);
    case 'string':
      return quote(value);
  }
  if (value instanceof Float) return formatFloat(value.value);
  if (value instanceof Markup) return `Markup(${quote(value.value)})`;
  if (value instanceof PythonObject) return value.repr();
  return reprContainer(value, open);
}

function reprContainer(value: Value[] | Tuple | Dict, open: Set<unknown>): string {
  const [left, right] = Array.isArray(value) ? '[]' : value instanceof Dict ? '{}' : '()';
  if (open.has(value)) return `${left}...${right}`;
  open.add(value);
  let inner: string;
  if (value instanceof Dict) {
    inner = Array.from(
      value.pairs(),
      ([key, item]) => `${reprWithin(key, open)}: ${reprWithin(item, open)}`,
    ).join(', ');
  } else if (Array.isArray(value)) {
    inner = value.map(item => reprWithin(item, open)).join(', ');
  } else {
    inner =
      value.items.map(item => reprWithin(item, open)).join(', ') + (value.items.length === 1 ? ',' : '');
  }
  open.delete(value);
  return `${left}${inner}${right}`;
}

/** Decimal digits of an int, with Python's limit. */
export function integerText(value: number | bigint): string {
  const text = String(value);
  if (text.length > MAXIMUM_DIGITS + 1) {
    return raise(
      'ValueError',
      `Exceeds the limit (${MAXIMUM_DIGITS} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit`,
    );
  }
  return text;
}

const ESCAPES = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

// What Python does not call printable: other, separators but for the blank.
const UNPRINTABLE = /[\\\n\r\t]|[\p{C}\p{Z}]/gu;

/** A str as Python writes it in source: single quotes unless they would need escaping. */
export function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(UNPRINTABLE, escapeCharacter);
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
}

function escapeCharacter(character: string): string {
  if (character === ' ') return character;
  const short = ESCAPES.get(character);
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${hex(code, 2)}`;
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

/** Python's `ascii(value)`: a repr with every other character escaped. */
export function ascii(value: Value): string {
  return repr(value).replace(/[\u0080-\u{10ffff}]/gu, escapeCharacter);
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, '0');
}
