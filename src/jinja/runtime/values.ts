import { raise } from '../errors.ts';
import { PythonObject, type Value } from './object.ts';

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

/** An iterator, as generators and `reversed` give: it can be gone through once. */
export class Iteration extends PythonObject {
  readonly #kind: string;
  readonly #iterator: Iterator<Value>;

  constructor(kind: string, iterator: Iterator<Value>) {
    super();
    this.#kind = kind;
    this.#iterator = iterator;
  }

  override get typeName(): string {
    return this.#kind;
  }

  override get isIterable(): boolean {
    return true;
  }

  override iterate(): Iterator<Value> {
    return this.#iterator;
  }

  override contains(needle: Value): boolean {
    return containsByIteration(this, needle);
  }

  override repr(): string {
    return `<${this.#kind} object>`;
  }
}

// Set by equality.ts, which stands above this file.
let containsByIteration: (iterable: PythonObject, needle: Value) => boolean = () => false;

/** Gives the iterators their `in`. */
export function installMembership(contains: (iterable: PythonObject, needle: Value) => boolean): void {
  containsByIteration = contains;
}

/** What Undefined says about itself; `strict` ones raise wherever StrictUndefined does. */
export class Undefined extends PythonObject {
  readonly strict: boolean;
  readonly describe: () => string;

  constructor(describe: () => string, strict = true) {
    super();
    this.describe = describe;
    this.strict = strict;
  }

  override get typeName(): string {
    return this.strict ? 'StrictUndefined' : 'Undefined';
  }

  override get isIterable(): boolean {
    return true;
  }

  /** @throws UndefinedError */
  fail(): never {
    return raise('UndefinedError', this.describe());
  }

  override attribute(name: string): Value | undefined {
    return name.startsWith('__') ? undefined : this.fail();
  }

  override item(): Value {
    return this.fail();
  }

  override get hasItems(): boolean {
    return true;
  }

  override iterate(): Iterator<Value> {
    return this.strict ? this.fail() : [].values();
  }

  override length(): number {
    return this.strict ? this.fail() : 0;
  }

  override truthy(): boolean {
    return this.strict ? this.fail() : false;
  }

  override contains(): boolean {
    return this.strict ? this.fail() : false;
  }

  override equals(other: Value): boolean {
    if (this.strict) return this.fail();
    // A strict one, being of a subclass, is asked first.
    return other instanceof Undefined && (other.strict ? other.fail() : true);
  }

  override lessThan(): boolean {
    return this.fail();
  }

  override hash(): Value | object {
    return this.strict ? this.fail() : Undefined;
  }

  override get isCallable(): boolean {
    return true;
  }

  override call(): Value {
    return this.fail();
  }

  override repr(): string {
    return 'Undefined';
  }

  override str(): string {
    return this.strict ? this.fail() : '';
  }
}
