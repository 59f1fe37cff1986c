/** A float as `sign × digits × 10^-scale`, exactly: every double has a finite decimal expansion. */
interface Exact {
  digits: bigint;
  scale: number;
}

const bits = new DataView(new ArrayBuffer(8));

function exact(magnitude: number): Exact {
  bits.setFloat64(0, magnitude);
  const raw = bits.getBigUint64(0);
  const exponentBits = Number((raw >> 52n) & 0x7ffn);
  const fraction = raw & 0xfffffffffffffn;
  const mantissa = exponentBits === 0 ? fraction : fraction | 0x10000000000000n;
  const exponent = (exponentBits === 0 ? 1 : exponentBits) - 1075;
  if (exponent >= 0) return { digits: mantissa << BigInt(exponent), scale: 0 };
  return { digits: mantissa * 5n ** BigInt(-exponent), scale: -exponent };
}

/** Divides and rounds half to even, as C's printf does. */
function divideRounded(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  const twice = (value % divisor) * 2n;
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}

/** Python's repr of a float: the shortest digits that read back the same. */
export function formatFloat(value: number): string {
  const special = specialText(value);
  if (special !== null) return special;
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const { digits, exponent } = shortest(Math.abs(value));
  const sign = value < 0 ? '-' : '';
  if (exponent < -4 || exponent >= 16) return sign + scientific(digits, exponent);
  const text = positional(digits, exponent);
  return sign + (text.includes('.') ? text : `${text}.0`);
}

export function specialText(value: number): string | null {
  if (Number.isNaN(value)) return 'nan';
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  return value === Number.NEGATIVE_INFINITY ? '-inf' : null;
}

function shortest(magnitude: number): { digits: string; exponent: number } {
  const [mantissa = '0', exponent = '0'] = magnitude.toExponential().split('e');
  return { digits: mantissa.replace('.', ''), exponent: Number(exponent) };
}

function scientific(digits: string, exponent: number): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${digits[0]}${fraction}e${exponentText(exponent)}`;
}

function exponentText(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function positional(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return digits.padEnd(exponent + 1, '0');
  return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/** `%.{precision}f` of a magnitude. */
export function fixed(magnitude: number, precision: number): string {
  const { digits, scale } = exact(magnitude);
  const rounded =
    scale > precision
      ? divideRounded(digits, 10n ** BigInt(scale - precision))
      : digits * 10n ** BigInt(precision - scale);
  if (precision === 0) return String(rounded);
  const text = String(rounded).padStart(precision + 1, '0');
  return `${text.slice(0, -precision)}.${text.slice(-precision)}`;
}

/** `%.{precision}e` of a magnitude; `alternate` keeps the point. */
export function exponential(magnitude: number, precision: number, alternate = false): string {
  const { digits, exponent } = significant(magnitude, precision + 1);
  const fraction = precision > 0 ? `.${digits.slice(1)}` : alternate ? '.' : '';
  return `${digits[0]}${fraction}e${exponentText(exponent)}`;
}

/** `%.{precision}g` of a magnitude; `alternate` keeps the trailing zeros. */
export function general(magnitude: number, precision: number, alternate = false): string {
  const wanted = precision === 0 ? 1 : precision;
  const { digits, exponent } = significant(magnitude, wanted);
  const kept = alternate ? digits : digits.replace(/0+$/, '') || '0';
  if (exponent < -4 || exponent >= wanted) return scientific(kept, exponent);
  return positional(kept, exponent);
}

/** Like `general` at the shortest precision, for `format(x, '')` with a presentation of its own. */
export function significant(magnitude: number, count: number): { digits: string; exponent: number } {
  if (magnitude === 0) return { digits: '0'.repeat(count), exponent: 0 };
  const { digits, scale } = exact(magnitude);
  const length = String(digits).length;
  let exponent = length - 1 - scale;
  const surplus = length - count;
  let rounded =
    surplus > 0 ? divideRounded(digits, 10n ** BigInt(surplus)) : digits * 10n ** BigInt(-surplus);
  if (String(rounded).length > count) {
    rounded /= 10n;
    exponent += 1;
  }
  return { digits: String(rounded), exponent };
}

/** Python's `round(x, places)` for floats: correctly rounded, half to even. */
export function roundFloat(value: number, places: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  if (places > 323) return value;
  if (places < -309) return value < 0 ? -0 : 0;
  const magnitude = Math.abs(value);
  let result: number;
  if (places >= 0) {
    result = Number(fixed(magnitude, places));
  } else {
    const { digits, scale } = exact(magnitude);
    const unit = 10n ** BigInt(-places);
    result = Number(divideRounded(digits, unit * 10n ** BigInt(scale)) * unit);
  }
  return value < 0 ? -result : result;
}

/** The int nearest to a float, half to even. */
export function roundToInteger(value: number): bigint {
  const { digits, scale } = exact(Math.abs(value));
  const rounded = divideRounded(digits, 10n ** BigInt(scale));
  return value < 0 ? -rounded : rounded;
}

/** The digits of a magnitude for the types e, f and g. */
export function floatDigits(magnitude: number, type: string, precision: number, alternate: boolean): string {
  const special = specialText(magnitude);
  if (special !== null) return special;
  if (type === 'e') return exponential(magnitude, precision, alternate);
  if (type === 'g') return general(magnitude, precision, alternate);
  return fixed(magnitude, precision) + (alternate && precision === 0 ? '.' : '');
}
