import { PythonObject, type Value } from './values.ts';

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

  override repr(): string {
    return `<${this.#kind} object>`;
  }
}
