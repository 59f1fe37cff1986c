import { raise } from '../errors.ts';
import { PythonObject, type Value } from './values.ts';

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
