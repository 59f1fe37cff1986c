import { raise } from '../errors.ts';
import { spendText } from './budget.ts';
import { toFloat, toInteger } from './conversions.ts';
import { escapeText, markupOf } from './escape.ts';
import { floatDigits } from './float-text.ts';
import { ascii, integerText, repr, str } from './repr.ts';
import { subscript } from './subscript.ts';
import { indexOf, integerOf, textOf, typeName } from './types.ts';
import { Undefined } from './undefined.ts';
import { Dict, Float, PythonObject, Tuple, type Value } from './values.ts';

interface Conversion {
  flags: string;
  width: number;
  precision: number | null;
  type: string;
}

const DIRECTIVE = /%(?:\(((?:[^()]|\([^()]*\))*)\))?([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?([\s\S])?/g;

/**
 * Python's `format % args` for strings: args is a tuple, a mapping for `%(name)s`, or one value. With
 * `escaping` what is put in is escaped, as for Markup.
 * @throws TypeError and ValueError as Python does
 */
export function pythonPercent(format: string, args: Value, escaping = false): string {
  const queue = new ArgumentQueue(args);
  const result = format.replace(DIRECTIVE, (_match, ...groups) => {
    const [key, flags, width, precision, type] = groups as (string | undefined)[];
    const position = groups[5] as number;
    if (key !== undefined) queue.select(key);
    const conversion = { flags: flags ?? '', width: 0, precision: null as number | null, type: type ?? '' };
    if (width === '*') {
      const star = indexOf(queue.next(), '* wants int');
      conversion.width = Math.abs(star);
      if (star < 0) conversion.flags += '-';
    } else if (width !== undefined) conversion.width = Number(width);
    if (precision === '*') conversion.precision = Math.max(0, indexOf(queue.next(), '* wants int'));
    else if (precision !== undefined) conversion.precision = Number(precision);
    spendText(conversion.width + (conversion.precision ?? 0));
    if (type === undefined) return raise('ValueError', 'incomplete format');
    if (type === '%') return '%';
    return convert(conversion, queue.next(), escaping, position);
  });
  queue.finish();
  return result;
}

class ArgumentQueue {
  readonly #args: Value;
  readonly #isMapping: boolean;
  #selected: Value | undefined;
  #index = 0;

  constructor(args: Value) {
    this.#args = args;
    this.#isMapping =
      Array.isArray(args) || args instanceof Dict || (args instanceof PythonObject && args.hasItems);
  }

  select(key: string): void {
    if (!this.#isMapping) raise('TypeError', 'format requires a mapping');
    this.#selected = subscript(this.#args, key);
  }

  next(): Value {
    if (this.#selected !== undefined) {
      const selected = this.#selected;
      this.#selected = undefined;
      return selected;
    }
    const available = this.#args instanceof Tuple ? this.#args.items : [this.#args];
    const value = available[this.#index];
    this.#index += 1;
    if (value === undefined) return raise('TypeError', 'not enough arguments for format string');
    return value;
  }

  finish(): void {
    const count = this.#args instanceof Tuple ? this.#args.items.length : 1;
    if (!this.#isMapping && this.#index < count) {
      raise('TypeError', 'not all arguments converted during string formatting');
    }
  }
}

function convert(conversion: Conversion, value: Value, escaping: boolean, position: number): string {
  switch (conversion.type) {
    case 's':
      return padText(conversion, escaping ? markupOf(value) : str(value));
    case 'r':
      return padText(conversion, escaping ? escapeText(repr(value)) : repr(value));
    case 'a':
      return padText(conversion, escaping ? escapeText(repr(value)) : ascii(value));
    case 'c':
      return padText({ ...conversion, precision: null }, character(value, escaping));
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
      return formatInteger(conversion, value, escaping);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return formatFloating(conversion, value, escaping);
    default: {
      const code = (conversion.type.codePointAt(0) ?? 0).toString(16);
      return raise(
        'ValueError',
        `unsupported format character '${conversion.type}' (0x${code}) at index ${position}`,
      );
    }
  }
}

function padText({ flags, width, precision }: Conversion, text: string): string {
  const units = Array.from(text);
  const cut = precision === null || precision >= units.length ? text : units.slice(0, precision).join('');
  const missing = ' '.repeat(Math.max(0, width - Math.min(units.length, precision ?? units.length)));
  return flags.includes('-') ? cut + missing : missing + cut;
}

function character(value: Value, escaping: boolean): string {
  const text = textOf(value);
  if (!escaping && text !== undefined && Array.from(text).length === 1) return text;
  const integer = escaping ? undefined : integerOf(value);
  if (integer === undefined) return raise('TypeError', '%c requires int or char');
  if (integer < 0 || integer > 0x10ffff) return raise('OverflowError', '%c arg not in range(0x110000)');
  return String.fromCodePoint(Number(integer));
}

function formatInteger(conversion: Conversion, value: Value, escaping: boolean): string {
  const { flags, type, precision } = conversion;
  const integer = integerArgument(type, value, escaping);
  const negative = integer < 0;
  const magnitude = negative ? -BigInt(integer) : integer;
  const base = type === 'o' ? 8 : type === 'x' || type === 'X' ? 16 : 10;
  let digits = base === 10 ? integerText(magnitude) : magnitude.toString(base);
  digits = digits.padStart(precision ?? 0, '0');
  const prefix = flags.includes('#') && base !== 10 ? (base === 8 ? '0o' : '0x') : '';
  const text = prefix + digits;
  return padNumber(conversion, negative, type === 'X' ? text.toUpperCase() : text, prefix.length);
}

function integerArgument(type: string, value: Value, escaping: boolean): number | bigint {
  const decimal = type === 'd' || type === 'i' || type === 'u';
  if (escaping) {
    if (decimal) return toInteger(value);
    return raise('TypeError', `%${type} format: an integer is required, not _MarkupEscapeHelper`);
  }
  const integer = integerOf(value);
  if (integer !== undefined) return integer;
  if (decimal && value instanceof Float) return toInteger(value);
  if (decimal && value instanceof Undefined) return value.fail();
  const wanted = decimal ? 'a real number' : 'an integer';
  return raise('TypeError', `%${type} format: ${wanted} is required, not ${typeName(value)}`);
}

function formatFloating(conversion: Conversion, value: Value, escaping: boolean): string {
  const { flags, type } = conversion;
  if (!escaping && textOf(value) !== undefined) {
    return raise('TypeError', `must be real number, not ${typeName(value)}`);
  }
  const number = toFloat(value, `must be real number, not ${typeName(value)}`);
  const text = floatDigits(
    Math.abs(number),
    type.toLowerCase(),
    conversion.precision ?? 6,
    flags.includes('#'),
  );
  const negative = number < 0 || Object.is(number, -0);
  return padNumber(conversion, negative, type === type.toUpperCase() ? text.toUpperCase() : text, 0);
}

function padNumber({ flags, width }: Conversion, negative: boolean, text: string, prefix: number): string {
  const sign = negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const missing = Math.max(0, width - sign.length - text.length);
  if (flags.includes('-')) return sign + text + ' '.repeat(missing);
  if (flags.includes('0')) return sign + text.slice(0, prefix) + '0'.repeat(missing) + text.slice(prefix);
  return ' '.repeat(missing) + sign + text;
}
