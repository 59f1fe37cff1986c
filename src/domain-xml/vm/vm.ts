import { hostFunction, raise, type Value } from '../../jinja/index.ts';
import { Features } from './features.ts';
import { type MissingAttribute, VmRecord } from './record.ts';

export interface VmParts {
  name: string;
  typeName: string;
  fields: Map<string, Value>;
  onMissing: MissingAttribute;
}

/** A VM as templates see it. Two objects with one name are the same VM. */
export class Vm extends VmRecord {
  readonly name: string;
  readonly #fields: ReadonlyMap<string, Value>;

  constructor({ name, typeName, fields, onMissing }: VmParts) {
    super(typeName, fields, onMissing);
    this.name = name;
    this.#fields = fields;
    fields.set(
      'is_running',
      hostFunction('is_running', [], () => this.#isRunning('is_running')),
    );
    fields.set(
      'is_halted',
      hostFunction('is_halted', [], () => !this.#isRunning('is_halted')),
    );
  }

  get features(): Features | null {
    const features = this.#fields.get('features');
    return features instanceof Features ? features : null;
  }

  /** A VM that this one refers to by that key; null where it refers to none. */
  related(key: 'template' | 'netvm'): Vm | null {
    const other = this.#fields.get(key);
    return other instanceof Vm ? other : null;
  }

  override equals(other: Value): boolean {
    return other instanceof Vm && other.name === this.name;
  }

  override lessThan(other: Value): boolean | undefined {
    return other instanceof Vm ? this.name < other.name : undefined;
  }

  override hash(): Value {
    return this.name;
  }

  override repr(): string {
    return `<${this.typeName} ${this.name}>`;
  }

  #isRunning(method: string): boolean {
    const running = this.#fields.get('running');
    if (typeof running === 'boolean') return running;
    if (this.name === 'dom0') return true;
    return raise(
      'UndefinedError',
      `${method}() of VM ${this.name}: the description does not say whether it is "running"`,
    );
  }
}
