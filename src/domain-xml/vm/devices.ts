import {
  attributeOf,
  Dict,
  HostObject,
  hostFunction,
  Iteration,
  repr,
  truthy,
  type Value,
} from '../../jinja/index.ts';
import type { VmRecord } from './record.ts';

/** A device, or several, that a VM is to get. */
export interface Assignment {
  /** The VM does not start without it. */
  required: boolean;
  devices: readonly VmRecord[];
  /** The assignment as templates see it. */
  record: VmRecord;
}

/**
 * The devices of one class that a VM has. As in Qubes the methods are generators: what they give can be gone
 * through once, has no length, and is true even when nothing is in it; templates put `| list` behind.
 */
export class DeviceCollection extends HostObject {
  readonly #assignments: readonly Assignment[];
  readonly #methods: ReadonlyMap<string, Value>;

  constructor(assignments: readonly Assignment[]) {
    super();
    this.#assignments = assignments;
    const generator = (
      name: string,
      parameter: [string, Value] | null,
      values: (argument: Value) => Iterator<Value>,
    ) =>
      [
        name,
        hostFunction(
          name,
          parameter === null ? [] : [parameter],
          argument => new Iteration('generator', values(argument ?? null)),
        ),
      ] as const;
    this.#methods = new Map<string, Value>([
      generator('get_assigned_devices', ['required_only', false], only => this.#assigned(truthy(only))),
      // What R4.0 to R4.2 called them; "persistent" has become "required".
      generator('assignments', ['persistent', null], persistent => this.#persistentOrNot(persistent)),
      generator('attached', ['persistent', null], persistent => this.#devicesOf(this.#matching(persistent))),
      generator('persistent', null, () => this.#devicesOf(this.#matching(true))),
    ]);
  }

  override get typeName(): string {
    return 'DeviceCollection';
  }

  override attribute(name: string): Value | undefined {
    return this.#methods.get(name);
  }

  *#assigned(requiredOnly: boolean): Generator<Value> {
    for (const { required, record } of this.#assignments) {
      if (required || !requiredOnly) yield record;
    }
  }

  *#persistentOrNot(persistent: Value): Generator<Value> {
    for (const { record } of this.#matching(persistent)) yield record;
  }

  #matching(persistent: Value): readonly Assignment[] {
    if (persistent === null) return this.#assignments;
    return this.#assignments.filter(({ required }) => required === persistent);
  }

  *#devicesOf(assignments: readonly Assignment[]): Generator<Value> {
    for (const { devices } of assignments) yield* devices;
  }
}

/** `vm.devices`: a collection for every class, an empty one for those that the description does not name. */
export class DeviceClasses extends HostObject {
  readonly #collections = new Dict();

  constructor(collections: ReadonlyMap<string, DeviceCollection>) {
    super();
    for (const [name, collection] of collections) this.#collections.set(name, collection);
  }

  override get typeName(): string {
    return 'DeviceManager';
  }

  override attribute(name: string): Value | undefined {
    return attributeOf(this.#collections, name);
  }

  override item(key: Value): Value {
    return this.#collections.get(key) ?? new DeviceCollection([]);
  }

  override get hasItems(): boolean {
    return true;
  }

  override iterate(): Iterator<Value> {
    return this.#collections.keys();
  }

  override get isIterable(): boolean {
    return true;
  }

  override length(): number {
    return this.#collections.size;
  }

  override truthy(): boolean {
    return this.#collections.size > 0;
  }

  override contains(needle: Value): boolean {
    return this.#collections.has(needle);
  }

  override get isMapping(): boolean {
    return true;
  }

  override repr(): string {
    return repr(this.#collections);
  }
}
