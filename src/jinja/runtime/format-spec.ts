import { raise } from '../errors.ts';
import { spendText } from './budget.ts';
import { toFloat } from './conversions.ts';
import { floatDigits, formatFloat, significant, specialText } from './float-text.ts';
import { textLength } from './iteration.ts';
import { integerText, str } from './repr.ts';
import { integerOf, textOf, typeName } from './types.ts';
import { Float, type Value } from './values.ts';

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su;

interface Spec {
  fill: string;
  align: string;
  sign: string;
  alternate: boolean;
  width: number;
  grouping: string;
  precision: number | null;
  type: string;
}

/**
 * Python's `format(value, spec)`.
 * @throws ValueError and TypeError as Python does
 */
export function formatValue(value: Value, spec: string): string {
  if (spec === '') return str(value);
  const text = textOf(value);
  if (text !== undefined) return formatString(text, parseSpec(spec, value, '<'));
  if (value instanceof Float) return formatFloating(value.value, parseSpec(spec, value, '>'), value);
  const integer = integerOf(value);
  if (integer !== undefined) return formatInteger(integer, parseSpec(spec, value, '>'), value);
  return raise('TypeError', `unsupported format string passed to ${typeName(value)}.__format__`);
}

function parseSpec(spec: string, value: Value, naturalAlign: string): Spec {
  const match = SPEC.exec(spec);
  if (match === null) {
    return raise('ValueError', `Invalid format specifier '${spec}' for object of type '${typeName(value)}'`);
  }
  const [, fill, align, sign, , hash, zero, width, grouping, precision, type] = match;
  const zeroPadded = zero !== undefined;
  const parsed = {
    fill: fill ?? (zeroPadded ? '0' : ' '),
    align: align ?? (zeroPadded && naturalAlign === '>' ? '=' : naturalAlign),
    sign: sign ?? '',
    alternate: hash !== undefined,
    width: Number(width ?? 0),
    grouping: grouping ?? '',
    precision: precision === undefined ? null : Number(precision),
    type: type ?? '',
  };
  spendText(parsed.width + (parsed.precision ?? 0));
  return parsed;
}

function formatString(text: string, spec: Spec): string {
  if (spec.type !== '' && spec.type !== 's') return unknownCode(spec, 'str');
  if (spec.sign !== '') return raise('ValueError', 'Sign not allowed in string format specifier');
  if (spec.alternate) return raise('ValueError', 'Alternate form (#) not allowed in string format specifier');
  if (spec.align === '=') return raise('ValueError', "'=' alignment not allowed in string format specifier");
  if (spec.grouping !== '') return raise('ValueError', `Cannot specify '${spec.grouping}' with 's'.`);
  const cut = spec.precision === null ? text : Array.from(text).slice(0, spec.precision).join('');
  return pad('', cut, spec);
}

function unknownCode(spec: Spec, kind: string): never {
  return raise('ValueError', `Unknown format code '${spec.type}' for object of type '${kind}'`);
}

const BASES: Record<string, { radix: number; prefix: string }> = {
  b: { radix: 2, prefix: '0b' },
  o: { radix: 8, prefix: '0o' },
  x: { radix: 16, prefix: '0x' },
  X: { radix: 16, prefix: '0X' },
};

function formatInteger(integer: number | bigint, spec: Spec, value: Value): string {
  if ('eEfFgG%'.includes(spec.type) && spec.type !== '') return formatFloating(toFloat(integer), spec, value);
  if (spec.type === 'c') return characterText(integer, spec);
  if (spec.precision !== null)
    return raise('ValueError', 'Precision not allowed in integer format specifier');
  const base = BASES[spec.type];
  if (base === undefined && !['', 'd', 'n'].includes(spec.type)) return unknownCode(spec, typeName(value));
  const magnitude = integer < 0 ? -BigInt(integer) : integer;
  let digits = base === undefined ? integerText(magnitude) : magnitude.toString(base.radix);
  if (spec.type === 'X') digits = digits.toUpperCase();
  if (spec.grouping === ',' && base !== undefined)
    return raise('ValueError', `Cannot specify ',' with '${spec.type}'.`);
  if (spec.grouping !== '' && spec.type === 'n') {
    return raise('ValueError', `Cannot specify '${spec.grouping}' with 'n'.`);
  }
  const prefix = spec.alternate && base !== undefined ? base.prefix : '';
  const size = base === undefined ? 3 : 4;
  return padNumber(signOf(integer < 0, spec) + prefix, digits, '', spec, size);
}

function characterText(integer: number | bigint, spec: Spec): string {
  if (spec.sign !== '') return raise('ValueError', "Sign not allowed with integer format specifier 'c'");
  if (integer < 0 || integer > 0x10ffff) return raise('OverflowError', '%c arg not in range(0x110000)');
  return pad('', String.fromCodePoint(Number(integer)), spec.align === '=' ? { ...spec, align: '>' } : spec);
}

function formatFloating(number: number, spec: Spec, value: Value): string {
  const negative = number < 0 || Object.is(number, -0);
  let magnitude = Math.abs(number);
  let suffix = '';
  let type = spec.type.toLowerCase();
  if (spec.type === '%') {
    magnitude *= 100;
    suffix = '%';
    type = 'f';
  } else if (spec.type !== '' && !'efgn'.includes(type)) return unknownCode(spec, typeName(value));
  if (type === 'n') type = 'g';
  let digits =
    type === ''
      ? naturalDigits(magnitude, spec)
      : floatDigits(magnitude, type, spec.precision ?? 6, spec.alternate);
  if (spec.type !== '' && spec.type !== spec.type.toLowerCase()) digits = digits.toUpperCase();
  if (specialText(magnitude) !== null) return padNumber(signOf(negative, spec), '', digits + suffix, spec, 3);
  const [, whole = '', rest = ''] = /^(\d*)(.*)$/.exec(digits) ?? [];
  return padNumber(signOf(negative, spec), whole, rest + suffix, spec, 3);
}

// Without a type: as repr, or with a precision like 'g' but with a digit after the point.
function naturalDigits(magnitude: number, spec: Spec): string {
  if (spec.precision === null || specialText(magnitude) !== null) return formatFloat(magnitude);
  const precision = spec.precision === 0 ? 1 : spec.precision;
  const { exponent } = significant(magnitude, precision);
  const text = floatDigits(magnitude, 'g', precision, spec.alternate);
  if (exponent === precision - 1 && exponent >= -4 && !spec.alternate) {
    return floatDigits(magnitude, 'e', precision - 1, false).replace(/\.?0+e/, 'e');
  }
  return text.includes('.') || text.includes('e') ? text : `${text}.0`;
}

function signOf(negative: boolean, spec: Spec): string {
  return negative ? '-' : spec.sign === '-' ? '' : spec.sign;
}

function padNumber(lead: string, whole: string, rest: string, spec: Spec, groupSize: number): string {
  if (spec.grouping === '') return pad(lead, whole + rest, spec);
  const filled =
    spec.fill === '0' && spec.align === '='
      ? group(whole, spec.grouping, groupSize, spec.width - lead.length - rest.length)
      : group(whole, spec.grouping, groupSize, 0);
  return pad(lead, filled + rest, spec);
}

/** Puts separators between groups of digits, zeros included that reach `width`. */
function group(digits: string, separator: string, size: number, width: number): string {
  let padded = digits;
  const grouped = (): string => padded.replace(new RegExp(`(?<=.)(?=(?:.{${size}})+$)`, 'g'), separator);
  while (grouped().length < width) padded = `0${padded}`;
  return grouped();
}

function pad(lead: string, body: string, spec: Spec): string {
  const missing = Math.max(0, spec.width - lead.length - textLength(body));
  if (missing === 0) return lead + body;
  if (spec.align === '=') return lead + spec.fill.repeat(missing) + body;
  const left = spec.align === '<' ? 0 : spec.align === '>' ? missing : Math.floor(missing / 2);
  return spec.fill.repeat(left) + lead + body + spec.fill.repeat(missing - left);
}
