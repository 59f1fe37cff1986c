import { raise } from '../errors.ts';
import { HostFunction } from './functions.ts';
import { Iteration } from './iterator.ts';
import { repr } from './repr.ts';
import { Slice } from './subscript.ts';
import { indexOf, integerOf } from './types.ts';
import { Float, PythonObject, type Value } from './values.ts';

/** Python's range: lazy, so that a large one costs nothing until it is gone through. */
export class Range extends PythonObject {
  readonly start: number;
  readonly stop: number;
  readonly step: number;

  constructor(start: number, stop: number, step: number) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  /** `range(stop)`, `range(start, stop)`, `range(start, stop, step)`. */
  static of(args: Value[]): Range {
    if (args.length === 0) return raise('TypeError', 'range expected at least 1 argument, got 0');
    if (args.length > 3) return raise('TypeError', `range expected at most 3 arguments, got ${args.length}`);
    const [first = 0, second, step = 1] = args.map(value => indexOf(value));
    for (const bound of [first, second ?? 0, step]) {
      if (!Number.isSafeInteger(bound)) return raise('OverflowError', 'the bounds of a range are too large');
    }
    if (step === 0) return raise('ValueError', 'range() arg 3 must not be zero');
    return second === undefined ? new Range(0, first, 1) : new Range(first, second, step);
  }

  override get typeName(): string {
    return 'range';
  }

  override get isIterable(): boolean {
    return true;
  }

  override get hasItems(): boolean {
    return true;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'start':
        return this.start;
      case 'stop':
        return this.stop;
      case 'step':
        return this.step;
      case 'index':
        return new HostFunction('index', ['value'], value => this.#indexOf(value ?? null));
      case 'count':
        return new HostFunction('count', ['value'], value => (this.contains(value ?? null) ? 1 : 0));
      default:
        return undefined;
    }
  }

  override length(): number {
    return Math.max(0, Math.ceil((this.stop - this.start) / this.step));
  }

  override truthy(): boolean {
    return this.length() > 0;
  }

  override *iterate(): Generator<Value> {
    const length = this.length();
    for (let index = 0; index < length; index++) yield this.start + index * this.step;
  }

  override item(key: Value): Value {
    const length = this.length();
    if (key instanceof Slice) {
      const { start, stop, step } = key.indices(length);
      return new Range(this.start + start * this.step, this.start + stop * this.step, step * this.step);
    }
    const index = indexOf(key, `range indices must be integers or slices, not ${typeof key}`);
    const position = index < 0 ? index + length : index;
    if (position < 0 || position >= length) return raise('IndexError', 'range object index out of range');
    return this.start + position * this.step;
  }

  override contains(needle: Value): boolean {
    return this.#position(needle) !== undefined;
  }

  #position(needle: Value): number | undefined {
    const number = needle instanceof Float ? needle.value : integerOf(needle);
    if (typeof number !== 'number') return undefined;
    const index = (number - this.start) / this.step;
    return Number.isInteger(index) && index >= 0 && index < this.length() ? index : undefined;
  }

  #indexOf(needle: Value): number {
    return this.#position(needle) ?? raise('ValueError', `${repr(needle)} is not in range`);
  }

  override equals(other: Value): boolean {
    if (!(other instanceof Range)) return false;
    const length = this.length();
    if (length !== other.length()) return false;
    if (length === 0) return true;
    return this.start === other.start && (length === 1 || this.step === other.step);
  }

  override hash(): Value | object {
    return this;
  }

  override repr(): string {
    const step = this.step === 1 ? '' : `, ${this.step}`;
    return `range(${this.start}, ${this.stop}${step})`;
  }

  reversed(): Iteration {
    const length = this.length();
    const backwards = new Range(this.start + (length - 1) * this.step, this.start - this.step, -this.step);
    return new Iteration('range_iterator', length === 0 ? [].values() : backwards.iterate());
  }
}
