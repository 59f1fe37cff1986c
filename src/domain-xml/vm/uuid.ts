import { HostObject, type Value } from '../../jinja/index.ts';

/** A VM's UUID, as Python's: it prints with its dashes, and has a form without. */
export class Uuid extends HostObject {
  readonly #text: string;

  constructor(text: string) {
    super();
    this.#text = text.toLowerCase();
  }

  override get typeName(): string {
    return 'UUID';
  }

  override attribute(name: string): Value | undefined {
    if (name === 'hex') return this.#text.replaceAll('-', '');
    return name === 'urn' ? `urn:uuid:${this.#text}` : undefined;
  }

  override equals(other: Value): boolean {
    return other instanceof Uuid && other.#text === this.#text;
  }

  override hash(): Value {
    return this.#text;
  }

  override str(): string {
    return this.#text;
  }

  override repr(): string {
    return `UUID('${this.#text}')`;
  }
}
