import { isLookupFailure, raise } from '../../errors.ts';
import { add } from '../arithmetic.ts';
import type { Filter } from '../context.ts';
import { itemPairs } from '../dict-methods.ts';
import { compare, same } from '../equality.ts';
import { isMarkup, markupOf, softText } from '../escape.ts';
import { defineFilter } from '../filter-types.ts';
import { characters, each, generator, iterate, lengthOf, toList, truthy } from '../iteration.ts';
import { Iteration } from '../iterator.ts';
import { Range } from '../range.ts';
import { str } from '../repr.ts';
import { DictView, PythonSet } from '../set.ts';
import { sorted } from '../sorting.ts';
import { join } from '../string-methods.ts';
import { subscript } from '../subscript.ts';
import { indexOf, textOf, typeName } from '../types.ts';
import { Undefined } from '../undefined.ts';
import { Dict, Markup, PythonObject, Tuple, type Value } from '../values.ts';
import { attributeGetter, attributesGetter, caseOf } from './attribute-path.ts';

/** The first or last of what is compared without case, unless told otherwise. */
function extreme(order: '<' | '>'): Filter {
  return defineFilter(
    ['value', ['case_sensitive', false], ['attribute', null]],
    (_state, value = null, sensitive = false, attribute = null) => {
      const key = attributeGetter(attribute, caseOf(truthy(sensitive)));
      let best: Value | undefined;
      let bestKey: Value = null;
      for (const item of each(value)) {
        const itemKey = key(item);
        if (best === undefined || compare(itemKey, order, bestKey)) {
          best = item;
          bestKey = itemKey;
        }
      }
      return best === undefined ? new Undefined(() => 'No aggregated item, sequence was empty.') : best;
    },
  );
}

function* unique(value: Value, key: (item: Value) => Value): Generator<Value> {
  const seen = new Dict();
  for (const item of each(value)) {
    const itemKey = key(item);
    if (seen.has(itemKey)) continue;
    seen.set(itemKey, null);
    yield item;
  }
}

function* batch(value: Value, count: Value, fill: Value): Generator<Value> {
  const size = typeof count === 'number' ? count : Number.NaN;
  let row: Value[] = [];
  for (const item of each(value)) {
    if (row.length === size) {
      yield row;
      row = [];
    }
    row.push(item);
  }
  if (row.length === 0) return;
  if (fill !== null && compare(row.length, '<', count)) {
    while (row.length < indexOf(count)) row.push(fill);
  }
  yield row;
}

function* slices(value: Value, count: Value, fill: Value): Generator<Value> {
  const items = toList(value);
  const number = indexOf(count);
  if (number === 0) raise('ZeroDivisionError', 'integer division or modulo by zero');
  const size = Math.floor(items.length / number);
  const withExtra = items.length - size * number;
  let offset = 0;
  for (let index = 0; index < number; index++) {
    const start = offset + index * size;
    if (index < withExtra) offset += 1;
    const part = items.slice(start, offset + (index + 1) * size);
    if (fill !== null && index >= withExtra) part.push(fill);
    yield part;
  }
}

/** Python's `reversed(value)`, undefined where Python raises TypeError. */
function reversed(value: Value): Iterator<Value> | undefined {
  if (Array.isArray(value)) return value.slice().reverse().values();
  if (value instanceof Tuple) return value.items.slice().reverse().values();
  if (value instanceof Dict) return toList(value).reverse().values();
  if (value instanceof DictView) return value.reversed();
  if (value instanceof Range) return value.reversed().iterate();
  const text = textOf(value);
  if (text !== undefined) {
    const backwards = characters(text).reverse();
    // Python goes through it by index, and a character of a safe string is safe.
    return (value instanceof Markup ? backwards.map(unit => new Markup(unit)) : backwards).values();
  }
  if (value instanceof Undefined) return value.strict ? value.fail() : [].values();
  if (value instanceof PythonObject && value.hasItems && !value.isMapping && !(value instanceof PythonSet)) {
    return reversedByIndex(value);
  }
  return undefined;
}

function reversedByIndex(value: PythonObject): Iterator<Value> {
  const length = value.length();
  return Array.from({ length }, (_, index) => subscript(value, length - 1 - index)).values();
}

function groupBy(value: Value, attribute: Value, otherwise: Value, sensitive: boolean): Value {
  const key = attributeGetter(attribute, caseOf(sensitive), otherwise);
  const shown = attributeGetter(attribute, undefined, otherwise);
  const groups: { key: Value; items: Value[] }[] = [];
  for (const item of sorted(toList(value), key, false)) {
    const itemKey = key(item);
    const last = groups.at(-1);
    if (last !== undefined && same(last.key, itemKey)) last.items.push(item);
    else groups.push({ key: itemKey, items: [item] });
  }
  return groups.map(group => {
    const grouper = sensitive ? group.key : shown(group.items[0] ?? null);
    return new Tuple([grouper, group.items], ['grouper', 'list']);
  });
}

function joinItems(autoescape: boolean, value: Value, separator: Value): Value {
  if (!autoescape) return join(str(separator), toList(value).map(str));
  if (isMarkup(separator)) {
    const mark = softText(separator);
    const parts = toList(value).map(softText);
    return join(mark instanceof Markup ? mark : new Markup(mark), parts);
  }
  const items = toList(value);
  const safe = items.some(isMarkup);
  const parts = items.map(item => (isMarkup(item) ? item : str(item)));
  return safe ? join(new Markup(markupOf(separator)), parts) : join(str(separator), parts);
}

function dictSort(value: Value, sensitive: Value, by: Value, reverse: Value): Value {
  const position = by === 'key' ? 0 : by === 'value' ? 1 : -1;
  if (position < 0) return raise('FilterArgumentError', 'You can only sort by either "key" or "value"');
  const items = value instanceof Dict ? Array.from(itemPairs(value)) : mappingItems(value);
  const key = caseOf(truthy(sensitive));
  return sorted(items, item => key(subscript(item, position)), reverse);
}

function mappingItems(value: Value): Value[] {
  if (value instanceof Undefined) return value.fail();
  if (!(value instanceof PythonObject && value.isMapping)) {
    return raise('AttributeError', `'${typeName(value)}' object has no attribute 'items'`);
  }
  return Array.from(each(value), key => new Tuple([key, subscript(value, key)]));
}

function* itemsOf(value: Value): Generator<Value> {
  if (value instanceof Undefined) return;
  if (value instanceof Dict) yield* itemPairs(value);
  else if (value instanceof PythonObject && value.isMapping) yield* mappingItems(value);
  else raise('TypeError', 'Can only get item pairs from a mapping.');
}

function sum(value: Value, attribute: Value, start: Value): Value {
  const get = attributeGetter(attribute);
  if (textOf(start) !== undefined)
    return raise('TypeError', "sum() can't sum strings [use ''.join(seq) instead]");
  let total = start;
  for (const item of each(value)) total = add(total, attribute === null ? item : get(item));
  return total;
}

const length = defineFilter(['obj'], (_state, value = null) => lengthOf(value), { keywords: false });

export const SEQUENCE_FILTERS: Record<string, Filter> = {
  length,
  count: length,
  list: defineFilter(['value'], (_state, value = null) => toList(value)),
  first: defineFilter(['seq'], (_state, value = null) => {
    const step = iterate(value).next();
    return step.done ? new Undefined(() => 'No first item, sequence was empty.') : step.value;
  }),
  last: defineFilter(['seq'], (_state, value = null) => {
    const steps = reversed(value);
    if (steps === undefined) return raise('TypeError', `'${typeName(value)}' object is not reversible`);
    const step = steps.next();
    return step.done ? new Undefined(() => 'No last item, sequence was empty.') : step.value;
  }),
  reverse: defineFilter(['value'], (_state, value = null) => {
    const text = textOf(value);
    if (text !== undefined) {
      const backwards = characters(text).reverse().join('');
      return value instanceof Markup ? new Markup(backwards) : backwards;
    }
    const steps = reversed(value);
    if (steps !== undefined) return new Iteration('list_reverseiterator', steps);
    try {
      return toList(value).reverse();
    } catch (error) {
      if (!isLookupFailure(error)) throw error;
      return raise('FilterArgumentError', 'argument must be iterable');
    }
  }),
  join: defineFilter(
    ['value', ['d', ''], ['attribute', null]],
    ({ autoescape }, value = null, separator = '', attribute = null) => {
      if (attribute === null) return joinItems(autoescape, value, separator);
      const get = attributeGetter(attribute);
      return joinItems(autoescape, toList(value).map(get), separator);
    },
  ),
  min: extreme('<'),
  max: extreme('>'),
  sum: defineFilter(
    ['iterable', ['attribute', null], ['start', 0]],
    (_state, value = null, attribute = null, start = 0) => sum(value, attribute, start),
  ),
  sort: defineFilter(
    ['value', ['reverse', false], ['case_sensitive', false], ['attribute', null]],
    (_state, value = null, reverse = false, sensitive = false, attribute = null) =>
      sorted(toList(value), attributesGetter(attribute, caseOf(truthy(sensitive))), reverse),
  ),
  unique: defineFilter(
    ['value', ['case_sensitive', false], ['attribute', null]],
    (_state, value = null, sensitive = false, attribute = null) =>
      generator(unique(value, attributeGetter(attribute, caseOf(truthy(sensitive))))),
  ),
  groupby: defineFilter(
    ['value', 'attribute', ['default', null], ['case_sensitive', false]],
    (_state, value = null, attribute = null, otherwise = null, sensitive = false) =>
      groupBy(value, attribute, otherwise, truthy(sensitive)),
  ),
  dictsort: defineFilter(
    ['value', ['case_sensitive', false], ['by', 'key'], ['reverse', false]],
    (_state, value = null, sensitive = false, by = 'key', reverse = false) =>
      dictSort(value, sensitive, by, reverse),
  ),
  items: defineFilter(['value'], (_state, value = null) => generator(itemsOf(value))),
  batch: defineFilter(
    ['value', 'linecount', ['fill_with', null]],
    (_state, value = null, count = null, fill = null) => generator(batch(value, count, fill)),
  ),
  slice: defineFilter(
    ['value', 'slices', ['fill_with', null]],
    (_state, value = null, count = null, fill = null) => generator(slices(value, count, fill)),
  ),
  random: defineFilter(
    ['seq'],
    (_state, value = null) => {
      const size = lengthOf(value);
      if (size === 0) return new Undefined(() => 'No random item, sequence was empty.');
      return subscript(value, Math.floor(Math.random() * size));
    },
    { needsContext: true },
  ),
};
