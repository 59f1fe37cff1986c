/*
 * x ** y to the last digit. What JavaScript engines compute may be a digit off (1.1 ** 10), the C library's pow, which
 * Python calls, is not: it rounds the true value, but for cases within a hundredth of the middle between two floats.
 * So the true value is computed, as whole numbers in units of 2 ** -BITS.
 */
const BITS = 256n;
const ONE = 1n << BITS;

const view = new DataView(new ArrayBuffer(8));

/** `base ** exponent` for finite numbers, the base above 0. Infinity where it is too large for a float. */
export function floatPower(base: number, exponent: number): number {
  const estimate = exponent * Math.log2(base);
  if (estimate > 1100) return Number.POSITIVE_INFINITY;
  if (estimate < -1200) return 0;
  const { mantissa, shift } = parts(base);
  const { mantissa: factor, shift: factorShift } = parts(exponent);
  const logarithm = logarithmOf(mantissa, shift);
  const product =
    factorShift >= 0
      ? (logarithm * factor) << BigInt(factorShift)
      : (logarithm * factor) >> BigInt(-factorShift);
  const twos = divideDown(product, LOGARITHM_OF_TWO);
  return toFloat(exponential(product - twos * LOGARITHM_OF_TWO), Number(twos) - Number(BITS));
}

/** A float as `mantissa × 2 ** shift`, exactly. */
function parts(value: number): { mantissa: bigint; shift: number } {
  view.setFloat64(0, value);
  const raw = view.getBigUint64(0);
  const exponent = Number((raw >> 52n) & 0x7ffn);
  const fraction = raw & 0xfffffffffffffn;
  const magnitude = exponent === 0 ? fraction : fraction | 0x10000000000000n;
  return { mantissa: value < 0 ? -magnitude : magnitude, shift: (exponent === 0 ? 1 : exponent) - 1075 };
}

function divideDown(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value < 0n && quotient * divisor !== value ? quotient - 1n : quotient;
}

/** ln(numerator / denominator), which lies between 1/3 and 3, by the series of the area tangent. */
function nearLogarithm(numerator: bigint, denominator: bigint): bigint {
  const tangent = ((numerator - denominator) << BITS) / (numerator + denominator);
  const square = (tangent * tangent) >> BITS;
  let sum = 0n;
  for (let term = tangent, odd = 1n; term !== 0n && term !== -1n; odd += 2n) {
    sum += term / odd;
    term = (term * square) >> BITS;
  }
  return 2n * sum;
}

const LOGARITHM_OF_TWO = nearLogarithm(2n, 1n);

function logarithmOf(mantissa: bigint, shift: number): bigint {
  const length = mantissa.toString(2).length;
  return BigInt(shift + length) * LOGARITHM_OF_TWO + nearLogarithm(mantissa, 1n << BigInt(length));
}

/** e ** value, the value at least 0 and below 1. */
function exponential(value: bigint): bigint {
  let sum = ONE;
  for (let term = value, count = 1n; term !== 0n; ) {
    sum += term;
    count += 1n;
    term = ((term * value) >> BITS) / count;
  }
  return sum;
}

/** The float nearest to `value × 2 ** shift`, the even one in the middle: also where it is the middle but for the last bits. */
function toFloat(value: bigint, shift: number): number {
  const length = value.toString(2).length;
  // Below 2 ** -1022 floats have fewer bits.
  const wanted = Math.min(53, shift + length + 1074);
  if (wanted < 0) return 0;
  const dropped = BigInt(length - wanted);
  const unit = 1n << dropped;
  const half = unit >> 1n;
  const rest = value & (unit - 1n);
  const noise = 1n << BigInt(length - 150);
  const kept = value >> dropped;
  const isMiddle = rest >= half - noise && rest <= half + noise;
  const up = isMiddle ? (kept & 1n) === 1n : rest > half;
  return Number(up ? kept + 1n : kept) * 2 ** (shift + Number(dropped));
}
