import { getItem } from '../items.ts';
import { textOf } from '../types.ts';
import { Undefined } from '../undefined.ts';
import type { Value } from '../values.ts';

type Getter = (item: Value) => Value;

function parts(attribute: Value): Value[] {
  if (attribute === null) return [];
  const text = textOf(attribute);
  if (text === undefined) return [attribute];
  return text.split('.').map(part => (/^\p{Nd}+$/u.test(part) ? Number(part) : part));
}

/** Reads `a.b.0` of an item, as the filters' `attribute` argument means it. */
export function attributeGetter(
  attribute: Value,
  after: Getter = item => item,
  otherwise: Value = null,
): Getter {
  const path = parts(attribute);
  return item => {
    let value = item;
    for (const part of path) {
      value = getItem(value, part);
      if (otherwise !== null && value instanceof Undefined) value = otherwise;
    }
    return after(value);
  };
}

/** Reads several attributes, `a,b.c`, into a list to sort by. */
export function attributesGetter(attribute: Value, after: Getter): Getter {
  const text = textOf(attribute);
  const getters = (text === undefined ? [attribute] : text.split(',')).map(one =>
    attributeGetter(one, after),
  );
  return item => getters.map(get => get(item));
}

/** Lower-cases strings, for the filters that ignore case. */
export function ignoreCase(value: Value): Value {
  return textOf(value)?.toLowerCase() ?? value;
}

/** The key to compare by: as it is, or without case. */
export function caseOf(sensitive: boolean): Getter {
  return sensitive ? item => item : ignoreCase;
}
