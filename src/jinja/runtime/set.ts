import { raise } from '../errors.ts';
import { same } from './equality.ts';
import { each, toList } from './iteration.ts';
import { repr } from './repr.ts';
import { Dict, PythonObject, type Value } from './values.ts';

/** A Python set, kept in order of insertion (Python's own order is not defined). */
export class PythonSet extends PythonObject {
  readonly members: Dict;

  constructor(items: Iterable<Value> = []) {
    super();
    this.members = Dict.from(Array.from(items, item => [item, null] as const));
  }

  static of(value: Value): PythonSet {
    return value instanceof PythonSet ? value : new PythonSet(toList(value));
  }

  /** Both sides as sets, if both are sets or set-like views; else null. */
  static both(left: Value, right: Value): [PythonSet, PythonSet] | null {
    if (!isSetLike(left) || !isSetLike(right)) return null;
    return [PythonSet.of(left), PythonSet.of(right)];
  }

  override get typeName(): string {
    return 'set';
  }

  override get isIterable(): boolean {
    return true;
  }

  override iterate(): Iterator<Value> {
    return this.members.keys();
  }

  override length(): number {
    return this.members.size;
  }

  override truthy(): boolean {
    return this.members.size > 0;
  }

  override contains(needle: Value): boolean {
    return this.members.has(needle);
  }

  override hash(): never {
    return raise('TypeError', "unhashable type: 'set'");
  }

  override equals(other: Value): boolean {
    if (!isSetLike(other)) return false;
    const right = PythonSet.of(other);
    return right.members.size === this.members.size && this.isSubset(right);
  }

  override lessThan(other: Value): boolean | undefined {
    if (!isSetLike(other)) return undefined;
    const right = PythonSet.of(other);
    return this.members.size < right.members.size && this.isSubset(right);
  }

  override repr(): string {
    if (this.members.size === 0) return 'set()';
    return `{${Array.from(this.members.pairs(), ([key]) => repr(key)).join(', ')}}`;
  }

  isSubset(other: PythonSet): boolean {
    return toList(this).every(item => other.members.has(item));
  }

  difference(other: PythonSet): PythonSet {
    return new PythonSet(toList(this).filter(item => !other.members.has(item)));
  }

  intersection(other: PythonSet): PythonSet {
    return new PythonSet(toList(this).filter(item => other.members.has(item)));
  }

  union(other: PythonSet): PythonSet {
    return new PythonSet([...toList(this), ...toList(other)]);
  }
}

function isSetLike(value: Value): value is PythonSet | DictView {
  return value instanceof PythonSet || (value instanceof DictView && value.kind !== 'values');
}

/** What `dict.keys()`, `.values()` and `.items()` give: a live view. */
export class DictView extends PythonObject {
  readonly kind: 'keys' | 'values' | 'items';
  readonly #dict: Dict;
  readonly #project: (dict: Dict) => Iterator<Value>;

  constructor(kind: 'keys' | 'values' | 'items', dict: Dict, project: (dict: Dict) => Iterator<Value>) {
    super();
    this.kind = kind;
    this.#dict = dict;
    this.#project = project;
  }

  override get typeName(): string {
    return `dict_${this.kind}`;
  }

  override get isIterable(): boolean {
    return true;
  }

  override iterate(): Iterator<Value> {
    return this.#project(this.#dict);
  }

  override length(): number {
    return this.#dict.size;
  }

  override truthy(): boolean {
    return this.#dict.size > 0;
  }

  override contains(needle: Value): boolean {
    if (this.kind === 'keys') return this.#dict.has(needle);
    return toList(this).some(item => same(item, needle));
  }

  override equals(other: Value): boolean {
    if (this === other) return true;
    return this.kind !== 'values' && isSetLike(other) && PythonSet.of(this).equals(PythonSet.of(other));
  }

  override lessThan(other: Value): boolean | undefined {
    return this.kind === 'values' || !isSetLike(other) ? undefined : PythonSet.of(this).lessThan(other);
  }

  override hash(): Value | object {
    return this.kind === 'values' ? this : raise('TypeError', `unhashable type: '${this.typeName}'`);
  }

  override repr(): string {
    return `${this.typeName}([${Array.from(each(this), item => repr(item)).join(', ')}])`;
  }

  /** `reversed(view)`. */
  reversed(): Iterator<Value> {
    return toList(this).reverse().values();
  }
}
