import { raise } from '../errors.ts';
import { spend } from './budget.ts';
import { same } from './equality.ts';
import { FreeFunction } from './functions.ts';
import { iterate, lengthOf } from './iteration.ts';
import { Undefined } from './undefined.ts';
import { type KeywordArguments, PythonObject, Tuple, type Value } from './values.ts';

/** Renders the body of a recursive loop for another iterable. */
export type RecursiveLoop = (iterable: Value, depth: number) => Value;

/** `loop` inside a for loop. */
export class LoopContext extends PythonObject {
  readonly #iterable: Value;
  readonly #recurse: RecursiveLoop | null;
  readonly #depth0: number;
  #iterator: Iterator<Value>;
  #index0 = -1;
  #length: number | null = null;
  #after: Value | undefined;
  #current: Value | undefined;
  #before: Value | undefined;
  #lastChanged: Value[] | null = null;

  constructor(iterable: Value, recurse: RecursiveLoop | null = null, depth0 = 0) {
    super();
    this.#iterable = iterable;
    this.#iterator = iterate(iterable);
    this.#recurse = recurse;
    this.#depth0 = depth0;
  }

  override get typeName(): string {
    return 'LoopContext';
  }

  override get qualifiedTypeName(): string {
    return 'jinja2.runtime.LoopContext';
  }

  /** The next item of the loop, undefined at its end. */
  advance(): Value | undefined {
    spend(1);
    let item = this.#after;
    if (item === undefined) item = this.#pull();
    else this.#after = undefined;
    if (item === undefined) return undefined;
    this.#index0 += 1;
    this.#before = this.#current;
    this.#current = item;
    return item;
  }

  #pull(): Value | undefined {
    const step = this.#iterator.next();
    return step.done ? undefined : step.value;
  }

  #peek(): Value | undefined {
    if (this.#after === undefined) this.#after = this.#pull();
    return this.#after;
  }

  override length(): number {
    if (this.#length !== null) return this.#length;
    if (hasLength(this.#iterable)) {
      this.#length = lengthOf(this.#iterable);
    } else {
      const rest: Value[] = [];
      for (let item = this.#pull(); item !== undefined; item = this.#pull()) rest.push(item);
      this.#iterator = rest.values();
      this.#length = rest.length + this.#index0 + 1 + (this.#after === undefined ? 0 : 1);
    }
    return this.#length;
  }

  override truthy(): boolean {
    return this.length() > 0;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'index':
        return this.#index0 + 1;
      case 'index0':
        return this.#index0;
      case 'first':
        return this.#index0 === 0;
      case 'last':
        return this.#peek() === undefined;
      case 'length':
        return this.length();
      case 'revindex':
        return this.length() - this.#index0;
      case 'revindex0':
        return this.length() - this.#index0 - 1;
      case 'depth':
        return this.#depth0 + 1;
      case 'depth0':
        return this.#depth0;
      case 'previtem':
        if (this.#index0 === 0) return new Undefined(() => 'there is no previous item');
        return this.#before;
      case 'nextitem':
        return this.#peek() ?? this.#next();
      case 'cycle':
        return new FreeFunction('cycle', args => this.#cycle(args));
      case 'changed':
        return new FreeFunction('changed', args => this.#changed(args));
      default:
        return undefined;
    }
  }

  // Apart, because a next item may be None.
  #next(): Value {
    return this.#after === undefined ? new Undefined(() => 'there is no next item') : this.#after;
  }

  #cycle(args: Value[]): Value {
    if (args.length === 0) return raise('TypeError', 'no items for cycling given');
    return args[this.#index0 % args.length] ?? null;
  }

  #changed(values: Value[]): boolean {
    const last = this.#lastChanged;
    if (last !== null && same(new Tuple(last), new Tuple(values))) return false;
    this.#lastChanged = values;
    return true;
  }

  override get isIterable(): boolean {
    return true;
  }

  override iterate(): Iterator<Value> {
    return {
      next: () => {
        const item = this.advance();
        return item === undefined
          ? { done: true, value: undefined }
          : { done: false, value: new Tuple([item, this]) };
      },
    };
  }

  override get isCallable(): boolean {
    return true;
  }

  override call(args: Value[], keywords: KeywordArguments): Value {
    const iterable = args[0] ?? keywords?.get('iterable');
    if (args.length > 1 || iterable === undefined) {
      if (args[0] !== null || args.length > 1) {
        return raise('TypeError', 'LoopContext.__call__() takes exactly one argument: the iterable');
      }
    }
    if (this.#recurse === null) {
      return raise('TypeError', "The loop must have the 'recursive' marker to be called recursively.");
    }
    return this.#recurse(iterable ?? null, this.#depth0 + 1);
  }

  override repr(): string {
    return `<LoopContext ${this.#index0 + 1}/${this.length()}>`;
  }
}

function hasLength(value: Value): boolean {
  try {
    lengthOf(value);
    return true;
  } catch {
    return false;
  }
}
