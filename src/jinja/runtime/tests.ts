import { remainder } from './arithmetic.ts';
import type { Filter } from './context.ts';
import { compare, contains, equals, isIdentical } from './equality.ts';
import { isMarkup } from './escape.ts';
import { defineFilter } from './filter-types.ts';
import { isIterable, lengthOf } from './iteration.ts';
import { str } from './repr.ts';
import { TEXT_KINDS } from './text-kinds.ts';
import { integerOf, isCallable, textOf } from './types.ts';
import { Undefined } from './undefined.ts';
import { Dict, Float, hashKey, PythonObject, Tuple, type Value } from './values.ts';

function about(ask: (value: Value) => boolean): Filter {
  return defineFilter(['value'], (_state, value = null) => ask(value));
}

function operator(ask: (left: Value, right: Value) => boolean): Filter {
  return defineFilter(['a', 'b'], (_state, left = null, right = null) => ask(left, right), {
    keywords: false,
  });
}

function isSequence(value: Value): boolean {
  if (textOf(value) !== undefined || Array.isArray(value) || value instanceof Tuple || value instanceof Dict)
    return true;
  if (!(value instanceof PythonObject)) return false;
  try {
    lengthOf(value);
  } catch {
    return false;
  }
  return value.hasItems;
}

function isNamed(table: ReadonlyMap<string, unknown>, name: Value): boolean {
  hashKey(name);
  const text = textOf(name);
  return text !== undefined && table.has(text);
}

const equal = operator(equals);
const unequal = operator((left, right) => !equals(left, right));
const greater = operator((left, right) => compare(left, '>', right));
const greaterOrEqual = operator((left, right) => compare(left, '>=', right));
const less = operator((left, right) => compare(left, '<', right));
const lessOrEqual = operator((left, right) => compare(left, '<=', right));

const TESTS: Record<string, Filter> = {
  odd: about(value => equals(remainder(value, 2), 1)),
  even: about(value => equals(remainder(value, 2), 0)),
  divisibleby: defineFilter(['value', 'num'], (_state, value = null, by = null) =>
    equals(remainder(value, by), 0),
  ),
  defined: about(value => !(value instanceof Undefined)),
  undefined: about(value => value instanceof Undefined),
  filter: defineFilter(['value'], ({ environment }, value = null) => isNamed(environment.filters, value)),
  test: defineFilter(['value'], ({ environment }, value = null) => isNamed(environment.tests, value)),
  none: about(value => value === null),
  boolean: about(value => typeof value === 'boolean'),
  false: about(value => value === false),
  true: about(value => value === true),
  integer: about(value => typeof value === 'number' || typeof value === 'bigint'),
  float: about(value => value instanceof Float),
  lower: about(value => TEXT_KINDS['islower']?.(str(value)) ?? false),
  upper: about(value => TEXT_KINDS['isupper']?.(str(value)) ?? false),
  string: about(value => textOf(value) !== undefined),
  mapping: about(value => value instanceof Dict || (value instanceof PythonObject && value.isMapping)),
  number: about(value => value instanceof Float || integerOf(value) !== undefined),
  sequence: about(isSequence),
  iterable: about(value => {
    if (value instanceof Undefined && value.strict) value.fail();
    return isIterable(value);
  }),
  callable: defineFilter(['obj'], (_state, value = null) => isCallable(value), { keywords: false }),
  sameas: defineFilter(['value', 'other'], (_state, value = null, other = null) => isIdentical(value, other)),
  escaped: about(isMarkup),
  in: defineFilter(['value', 'seq'], (_state, value = null, sequence = null) => contains(sequence, value)),
  '==': equal,
  eq: equal,
  equalto: equal,
  '!=': unequal,
  ne: unequal,
  '>': greater,
  gt: greater,
  greaterthan: greater,
  '>=': greaterOrEqual,
  ge: greaterOrEqual,
  '<': less,
  lt: less,
  lessthan: less,
  '<=': lessOrEqual,
  le: lessOrEqual,
};

/** Jinja2's tests, by name; a new Map, so that an environment may add its own. */
export function defaultTests(): Map<string, Filter> {
  return new Map(Object.entries(TESTS));
}
