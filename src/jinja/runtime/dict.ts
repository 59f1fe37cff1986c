import { raise } from '../errors.ts';
import { hashKey } from './hash.ts';
import type { Value } from './object.ts';

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
