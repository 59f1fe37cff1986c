import { raise } from '../errors.ts';
import type { Dict } from './dict.ts';
import type { Float, Markup, Tuple } from './values.ts';

/**
 * What a template can hold. Integers are numbers (bigints beyond 2^53), floats are Float, so that 1 and 1.0 print
 * as in Python; lists are arrays; None is null. JavaScript's undefined is never a value: it marks "missing".
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Float
  | Markup
  | Tuple
  | Dict
  | Value[]
  | PythonObject;

/** Keyword arguments in the order given; null where there are none. */
export type KeywordArguments = Map<string, Value> | null;

/**
 * Everything else that a template can meet: functions, loops, macros, and the objects of the host program.
 * A subclass overrides what it supports. No template reaches any other property or method of the instance:
 * an attribute exists only if `attribute()` returns it.
 */
export abstract class PythonObject {
  /** What `type(x).__name__` says; it appears in error messages. */
  get typeName(): string {
    return 'object';
  }

  /** The full name of the type, as in "'jinja2.utils.Namespace object' has no attribute …". */
  get qualifiedTypeName(): string {
    return this.typeName;
  }

  /** The attribute, or undefined if there is none (Python's AttributeError). */
  attribute(_name: string): Value | undefined {
    return undefined;
  }

  /**
   * `x[key]`.
   * @throws KeyError, IndexError or TypeError as Python does
   */
  item(_key: Value): Value {
    return raise('TypeError', `'${this.typeName}' object is not subscriptable`);
  }

  get hasItems(): boolean {
    return false;
  }

  iterate(): Iterator<Value> {
    return raise('TypeError', `'${this.typeName}' object is not iterable`);
  }

  get isIterable(): boolean {
    return false;
  }

  length(): number {
    return raise('TypeError', `object of type '${this.typeName}' has no len()`);
  }

  truthy(): boolean {
    return true;
  }

  contains(_needle: Value): boolean {
    return raise('TypeError', `argument of type '${this.typeName}' is not iterable`);
  }

  /** Whether a mapping (`is mapping`, `|items`, `**x`): then `iterate` gives the keys and `item` the values. */
  get isMapping(): boolean {
    return false;
  }

  equals(other: Value): boolean {
    return this === other;
  }

  /** `self < other`, or undefined where Python has no order. */
  lessThan(_other: Value): boolean | undefined {
    return undefined;
  }

  /** Whether it is safe to print as it is (it has Python's `__html__`). */
  get isMarkup(): boolean {
    return false;
  }

  hash(): Value | object {
    return this;
  }

  get isCallable(): boolean {
    return false;
  }

  call(_args: Value[], _keywords: KeywordArguments): Value {
    return raise('TypeError', `'${this.typeName}' object is not callable`);
  }

  repr(): string {
    return `<${this.qualifiedTypeName} object>`;
  }

  str(): string {
    return this.repr();
  }
}
