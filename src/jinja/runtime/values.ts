import { raise } from '../errors.ts';
import { identityOf, TupleKey, tupleKey } from './tuple-keys.ts';

// What a value can be, and what each kind is made of, is told in one file: a dict's keys are values themselves.

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

/** A float: a type of its own, because 5.0 prints as 5.0 and 5 as 5. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A string that is already safe to print (markupsafe's Markup). */
export class Markup {
  readonly value: string;

  constructor(value: string) {
    this.value = value;
  }
}

/** A tuple; `names` are those of a named tuple, as `groupby` gives. */
export class Tuple {
  readonly items: readonly Value[];
  readonly names: readonly string[] | null;

  constructor(items: readonly Value[], names: readonly string[] | null = null) {
    this.items = items;
    this.names = names;
  }
}

/** A tuple of texts that prints as them, with a blank between. */
export class PlainTuple extends Tuple {
  str(): string {
    return this.items.join(' ');
  }
}

interface Entry {
  key: Value;
  value: Value;
}

/**
 * A Python dict: keys in order of insertion, equal by Python's rules (1, 1.0 and True are one key), and nothing in
 * it but what was put in.
 */
export class Dict {
  readonly #entries = new Map<unknown, Entry>();

  static from(pairs: Iterable<readonly [Value, Value]>): Dict {
    const dict = new Dict();
    for (const [key, value] of pairs) dict.set(key, value);
    return dict;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Value): Value | undefined {
    return this.#entries.get(typeof key === 'string' ? key : hashKey(key))?.value;
  }

  has(key: Value): boolean {
    return this.#entries.has(hashKey(key));
  }

  set(key: Value, value: Value): void {
    const hash = hashKey(key);
    const entry = this.#entries.get(hash);
    if (entry === undefined) this.#entries.set(hash, { key, value });
    else entry.value = value;
  }

  delete(key: Value): boolean {
    return this.#entries.delete(hashKey(key));
  }

  clear(): void {
    this.#entries.clear();
  }

  copy(): Dict {
    return Dict.from(this.pairs());
  }

  *pairs(): Generator<[Value, Value]> {
    for (const { key, value } of this.#entries.values()) yield [key, value];
  }

  /** The keys, as a for loop sees them: changing the size on the way is an error, as in Python. */
  *keys(): Generator<Value> {
    for (const entry of this.#walk()) yield entry.key;
  }

  *values(): Generator<Value> {
    for (const entry of this.#walk()) yield entry.value;
  }

  *#walk(): Generator<Entry> {
    const size = this.size;
    let seen = 0;
    for (const entry of this.#entries.values()) {
      if (this.size !== size) raise('RuntimeError', 'dictionary changed size during iteration');
      yield entry;
      seen += 1;
      if (this.size !== size) raise('RuntimeError', 'dictionary changed size during iteration');
      if (seen === size) return;
    }
  }
}

/**
 * A JavaScript Map key for a Python dict key: equal exactly when Python's keys are.
 * @throws TypeError for what cannot be hashed
 */
export function hashKey(value: Value): unknown {
  switch (typeof value) {
    case 'string':
    case 'number':
      return value;
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1 : 0;
  }
  if (value === null) return null;
  if (value instanceof Float) {
    const number = value.value;
    if (Number.isInteger(number) && !Number.isSafeInteger(number)) return BigInt(number);
    return Object.is(number, -0) ? 0 : number;
  }
  if (value instanceof Markup) return value.value;
  if (value instanceof Tuple) return tupleKey(value.items.map(serialize).join(''));
  if (value instanceof PythonObject) return value.hash();
  return raise('TypeError', `unhashable type: '${Array.isArray(value) ? 'list' : 'dict'}'`);
}

// Length-prefixed, so that no two different tuples read the same.
function serialize(value: Value): string {
  const key = hashKey(value);
  let text: string;
  if (key instanceof TupleKey) text = `tuple ${key.text}`;
  else if (typeof key === 'object' && key !== null) text = String(identityOf(key));
  else if (typeof key === 'function') text = String(identityOf(key));
  else text = String(key);
  return `${typeof key === 'bigint' ? 'number' : typeof key} ${text.length} ${text} `;
}
