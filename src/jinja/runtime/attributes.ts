import { formatMethods } from './brace-format.ts';
import { DICT_METHODS } from './dict-methods.ts';
import { BoundMethod, type Method } from './functions.ts';
import { LIST_METHODS, TUPLE_METHODS } from './list-methods.ts';
import { FLOAT_METHODS, INTEGER_METHODS, numberAttribute } from './number-methods.ts';
import { PythonSet } from './set.ts';
import { SET_METHODS } from './set-methods.ts';
import { MARKUP_METHODS, STRING_METHODS } from './string-methods.ts';
import { integerOf, textOf } from './types.ts';
import { Dict, Float, Markup, PythonObject, Tuple, type Value } from './values.ts';

const TEXT_METHODS: ReadonlyMap<string, Method<string | Markup>> = new Map([
  ...STRING_METHODS,
  ...formatMethods(attributeOf),
]);

/**
 * Python's `getattr(object, name)`, undefined where it raises AttributeError. Only what is listed in the method
 * tables or given by a PythonObject exists: nothing of JavaScript's, and none of Python's double-underscore names.
 */
export function attributeOf(object: Value, name: string): Value | undefined {
  if (object instanceof PythonObject) {
    const own = object.attribute(name);
    if (own !== undefined || !(object instanceof PythonSet)) return own;
    return bind(SET_METHODS, object, name);
  }
  if (object instanceof Dict) return bind(DICT_METHODS, object, name);
  const text = textOf(object);
  if (text !== undefined) {
    const own = object instanceof Markup ? bind(MARKUP_METHODS, object, name) : undefined;
    return own ?? bind(TEXT_METHODS, object as string | Markup, name);
  }
  if (Array.isArray(object)) return bind(LIST_METHODS, object, name);
  if (object instanceof Tuple) {
    const position = object.names?.indexOf(name) ?? -1;
    return position >= 0 ? object.items[position] : bind(TUPLE_METHODS, object, name);
  }
  if (object instanceof Float) return numberAttribute(object, name) ?? bind(FLOAT_METHODS, object, name);
  if (integerOf(object) === undefined) return undefined;
  const integer = object as number | bigint | boolean;
  return numberAttribute(integer, name) ?? bind(INTEGER_METHODS, integer, name);
}

function bind<T extends Value>(
  methods: ReadonlyMap<string, Method<T>>,
  object: T,
  name: string,
): Value | undefined {
  const method = methods.get(name);
  return method === undefined ? undefined : new BoundMethod(name, object, method);
}
