import { hostFunction, raise, type Value } from '../../jinja/index.ts';
import { Features } from './features.ts';
import { type MissingAttribute, VmRecord } from './record.ts';

export interface VmParts {
  name: string;
  typeName: string;
  fields: Map<string, Value>;
  /** Undefined where nobody knows. */
  isRunning: boolean | undefined;
  onMissing: MissingAttribute;
}

/** A VM as templates see it. Two objects with one name are the same VM. */
export class Vm extends VmRecord {
  readonly name: string;
  readonly #fields: ReadonlyMap<string, Value>;
  readonly #running: boolean | undefined;

  constructor({ name, typeName, fields, isRunning, onMissing }: VmParts) {
    super(typeName, fields, onMissing);
    this.name = name;
    this.#fields = fields;
    this.#running = isRunning;
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

  /** Its number in Qubes; undefined where the description does not say. */
  get qid(): number | undefined {
    const qid = this.#fields.get('qid');
    return typeof qid === 'number' ? qid : undefined;
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
    if (this.#running !== undefined) return this.#running;
    if (this.name === 'dom0') return true;
    return raise(
      'UndefinedError',
      `${method}() of VM ${this.name}: the description does not say whether it is "running"`,
    );
  }
}
