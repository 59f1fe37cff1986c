import { HostObject, type Value } from '../../jinja/index.ts';

/** Told of an attribute that a template looked for and the description does not have. */
export type MissingAttribute = (attribute: string) => void;

/** An object of the description: its keys are its attributes, and it prints as one of them, its name unless told, if it has that. */
export class VmRecord extends HostObject {
  readonly #typeName: string;
  readonly #fields: ReadonlyMap<string, Value>;
  readonly #onMissing: MissingAttribute | null;
  readonly #printsAs: string;

  constructor(
    typeName: string,
    fields: ReadonlyMap<string, Value>,
    onMissing: MissingAttribute | null = null,
    printsAs = 'name',
  ) {
    super();
    this.#typeName = typeName;
    this.#fields = fields;
    this.#onMissing = onMissing;
    this.#printsAs = printsAs;
  }

  override get typeName(): string {
    return this.#typeName;
  }

  override attribute(name: string): Value | undefined {
    const value = this.#fields.get(name);
    if (value === undefined) this.#onMissing?.(name);
    return value;
  }

  override str(): string {
    const name = this.#fields.get(this.#printsAs);
    return typeof name === 'string' ? name : this.repr();
  }
}
