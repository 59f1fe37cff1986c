import { raise } from '../errors.ts';
import { characters, hasSurrogates } from './iteration.ts';
import { repr } from './repr.ts';
import { indexOf, integerOf, textOf, typeName } from './types.ts';
import { Dict, Float, Markup, PythonObject, Tuple, type Value } from './values.ts';

/** A `start:stop:step`; null where it was left out. */
export class Slice extends PythonObject {
  readonly start: Value;
  readonly stop: Value;
  readonly step: Value;

  constructor(start: Value, stop: Value, step: Value) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  override get typeName(): string {
    return 'slice';
  }

  override hash(): never {
    return raise('TypeError', "unhashable type: 'slice'");
  }

  override repr(): string {
    return `slice(${repr(this.start)}, ${repr(this.stop)}, ${repr(this.step)})`;
  }

  /** Where it starts and stops in a sequence of that length, as Python's `slice.indices`. */
  indices(length: number): { start: number; stop: number; step: number } {
    const step = sliceIndex(this.step) ?? 1;
    if (step === 0) return raise('ValueError', 'slice step cannot be zero');
    const lowest = step > 0 ? 0 : -1;
    const highest = step > 0 ? length : length - 1;
    const clamp = (index: number | null, otherwise: number): number => {
      if (index === null) return otherwise;
      const absolute = index < 0 ? index + length : index;
      return Math.min(Math.max(absolute, lowest), highest);
    };
    const start = clamp(sliceIndex(this.start), step > 0 ? lowest : highest);
    const stop = clamp(sliceIndex(this.stop), step > 0 ? highest : lowest);
    return { start, stop, step };
  }

  /** The positions it takes of a sequence of that length. */
  positions(length: number): number[] {
    const { start, stop, step } = this.indices(length);
    const positions: number[] = [];
    for (let index = start; step > 0 ? index < stop : index > stop; index += step) positions.push(index);
    return positions;
  }
}

function sliceIndex(value: Value): number | null {
  if (value === null) return null;
  const integer = integerOf(value);
  if (integer === undefined) {
    return raise('TypeError', 'slice indices must be integers or None or have an __index__ method');
  }
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(integer)));
}

/**
 * Python's `object[key]`.
 * @throws KeyError, IndexError and TypeError
 */
export function subscript(object: Value, key: Value): Value {
  if (object instanceof Dict) {
    const value = object.get(key);
    return value === undefined ? raise('KeyError', repr(key)) : value;
  }
  if (Array.isArray(object)) return pick(object, key, 'list', items => items);
  if (object instanceof Tuple) return pick(object.items, key, 'tuple', items => new Tuple(items));
  const text = textOf(object);
  if (text !== undefined) {
    const part = textItem(text, key);
    return object instanceof Markup ? new Markup(part) : part;
  }
  if (object instanceof PythonObject) return object.item(key);
  return raise('TypeError', `'${typeName(object)}' object is not subscriptable`);
}

function pick(items: readonly Value[], key: Value, kind: string, wrap: (items: Value[]) => Value): Value {
  if (key instanceof Slice) return wrap(key.positions(items.length).map(index => items[index] as Value));
  const index = indexOf(key, `${kind} indices must be integers or slices, not ${typeName(key)}`);
  const item = items[index < 0 ? index + items.length : index];
  return item === undefined ? raise('IndexError', `${kind} index out of range`) : item;
}

function textItem(text: string, key: Value): string {
  const units = hasSurrogates(text) ? characters(text) : text;
  if (key instanceof Slice) {
    let part = '';
    for (const index of key.positions(units.length)) part += units[index];
    return part;
  }
  const index = indexOf(key, `string indices must be integers, not '${typeName(key)}'`);
  return units[index < 0 ? index + units.length : index] ?? raise('IndexError', 'string index out of range');
}

/** `object[start:stop:step]` as Jinja2 compiles it: straight to Python, without Undefined. */
export function slice(object: Value, start: Value, stop: Value, step: Value): Value {
  if (
    object === null ||
    typeof object === 'boolean' ||
    typeof object === 'number' ||
    object instanceof Float
  ) {
    return raise('TypeError', `'${typeName(object)}' object is not subscriptable`);
  }
  return subscript(object, new Slice(start, stop, step));
}
