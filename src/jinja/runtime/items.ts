import { isLookupFailure } from '../errors.ts';
import { attributeOf } from './attributes.ts';
import { repr } from './repr.ts';
import { subscript } from './subscript.ts';
import { objectTypeDescription, textOf } from './types.ts';
import { Undefined } from './undefined.ts';
import { Dict, PythonObject, type Value } from './values.ts';

/** Jinja2's `object[key]`: the item, else the attribute of that name, else Undefined. */
export function getItem(object: Value, key: Value): Value {
  if (object instanceof PythonObject && !object.hasItems && typeof key === 'string') {
    return attributeOf(object, key) ?? getAttribute(object, key);
  }
  if (object instanceof Dict && typeof key === 'string') {
    const value = object.get(key);
    if (value !== undefined) return value;
  } else {
    try {
      return subscript(object, key);
    } catch (error) {
      if (!isLookupFailure(error)) throw error;
    }
  }
  const name = textOf(key);
  const found = name === undefined ? undefined : attributeOf(object, name);
  return found === undefined ? undefinedElement(object, key) : found;
}

/** Jinja2's `object.name`: the attribute, else the item, else Undefined. */
export function getAttribute(object: Value, name: string): Value {
  const found = attributeOf(object, name);
  if (found !== undefined) return found;
  if (object instanceof Dict) {
    const item = object.get(name);
    if (item !== undefined) return item;
  } else if (object instanceof PythonObject && object.hasItems) {
    try {
      return object.item(name);
    } catch (error) {
      if (!isLookupFailure(error)) throw error;
    }
  }
  return undefinedElement(object, name);
}

/** The Undefined for an attribute or item that is not there. */
export function undefinedElement(object: Value, key: Value): Undefined {
  return new Undefined(() => {
    const name = textOf(key);
    const owner = objectTypeDescription(object);
    return name === undefined
      ? `${owner} has no element ${repr(key)}`
      : `${repr(owner)} has no attribute ${repr(name)}`;
  });
}

/** The Undefined for a name that nothing defines. */
export function undefinedName(name: string): Undefined {
  return new Undefined(() => `${repr(name)} is undefined`);
}
