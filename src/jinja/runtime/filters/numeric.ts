import { JinjaError, raise } from '../../errors.ts';
import { absolute, multiply, raiseToPower, trueDivide } from '../arithmetic.ts';
import type { Filter } from '../context.ts';
import { parseInteger, toFloat, toInteger } from '../conversions.ts';
import { defineFilter } from '../filter-types.ts';
import { fixed, roundFloat, roundToInteger } from '../float-text.ts';
import { indexOf, integerOf, normalizeInteger, textOf, typeName } from '../types.ts';
import { Undefined } from '../undefined.ts';
import { Float, type Value } from '../values.ts';

const NO_NUMBER = ['TypeError', 'ValueError'];

function orElse(work: () => Value, otherwise: () => Value, forgiven: readonly string[] = NO_NUMBER): Value {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof JinjaError && forgiven.includes(error.pythonName))) throw error;
    return otherwise();
  }
}

function integer(value: Value, otherwise: Value, base: Value): Value {
  const text = textOf(value);
  return orElse(
    () => (text === undefined ? toInteger(value) : parseInteger(text, indexOf(base))),
    () =>
      orElse(
        () => toInteger(new Float(toFloat(value))),
        () => otherwise,
        [...NO_NUMBER, 'OverflowError'],
      ),
  );
}

function round(value: Value, precision: Value, method: Value): Value {
  const how = textOf(method);
  if (how !== 'common' && how !== 'ceil' && how !== 'floor') {
    return raise('FilterArgumentError', 'method must be common, ceil or floor');
  }
  if (how === 'common') return roundCommon(value, precision);
  const scale = raiseToPower(10, precision);
  const scaled = multiply(value, scale);
  if (textOf(scaled) !== undefined) return raise('TypeError', `must be real number, not ${typeName(scaled)}`);
  return trueDivide(roundOne(scaled, how), scale);
}

function roundOne(value: Value, how: 'ceil' | 'floor'): Value {
  if (!(value instanceof Float)) {
    return integerOf(value) ?? raise('TypeError', `must be real number, not ${typeName(value)}`);
  }
  return toInteger(new Float(how === 'ceil' ? Math.ceil(value.value) : Math.floor(value.value)));
}

function roundCommon(value: Value, precision: Value): Value {
  if (value instanceof Undefined) {
    return raise('TypeError', `type ${value.typeName} doesn't define __round__ method`);
  }
  if (value instanceof Float) {
    if (precision !== null) return new Float(roundedFloat(value.value, indexOf(precision)));
    if (!Number.isFinite(value.value)) return toInteger(value);
    return normalizeInteger(roundToInteger(value.value));
  }
  const whole = integerOf(value);
  if (whole === undefined)
    return raise('TypeError', `type ${typeName(value)} doesn't define __round__ method`);
  const places = precision === null ? 0 : indexOf(precision);
  return places >= 0 ? whole : roundInteger(BigInt(whole), -places);
}

function roundedFloat(value: number, places: number): number {
  const rounded = roundFloat(value, places);
  return Number.isFinite(rounded) || !Number.isFinite(value)
    ? rounded
    : raise('OverflowError', 'rounded value too large to represent');
}

function roundInteger(value: bigint, places: number): Value {
  const unit = 10n ** BigInt(Math.min(places, 5000));
  const magnitude = value < 0n ? -value : value;
  const rest = magnitude % unit;
  let quotient = magnitude / unit;
  if (rest * 2n > unit || (rest * 2n === unit && quotient % 2n === 1n)) quotient += 1n;
  return normalizeInteger((value < 0n ? -quotient : quotient) * unit);
}

const DECIMAL_UNITS = ['kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
const BINARY_UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'];

function fileSize(value: Value, binary: boolean): string {
  const bytes = toFloat(value);
  const base = binary ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${toInteger(new Float(bytes))} Bytes`;
  const units = binary ? BINARY_UNITS : DECIMAL_UNITS;
  let index = 0;
  while (index < units.length - 1 && bytes >= base ** (index + 2)) index += 1;
  return `${fixed((base * bytes) / base ** (index + 2), 1)} ${units[index]}`;
}

export const NUMERIC_FILTERS: Record<string, Filter> = {
  abs: defineFilter(['x'], (_state, value = null) => absolute(value), { keywords: false }),
  int: defineFilter(
    ['value', ['default', 0], ['base', 10]],
    (_state, value = null, otherwise = 0, base = 10) => integer(value, otherwise, base),
  ),
  float: defineFilter(['value', ['default', new Float(0)]], (_state, value = null, otherwise = null) =>
    orElse(
      () => new Float(toFloat(value)),
      () => otherwise,
    ),
  ),
  round: defineFilter(
    ['value', ['precision', 0], ['method', 'common']],
    (_state, value = null, precision = 0, method = 'common') => round(value, precision, method),
  ),
  filesizeformat: defineFilter(['value', ['binary', false]], (_state, value = null, binary = false) =>
    fileSize(value, binary !== false && binary !== null && binary !== 0 && binary !== ''),
  ),
};
