import { wholeNumber } from '../qubes/values.ts';
import type { PropertyValue } from '../qubes/vm-data.ts';
import type { AdminCall } from './call.ts';
import { AdminApiError } from './error.ts';
import type { Property } from './replies.ts';

/** Texts that are not there where they are empty: in qubesd they are None. */
const NONE_WHEN_EMPTY: ReadonlySet<string> = new Set([
  'dns',
  'gateway',
  'gateway6',
  'ip',
  'ip6',
  'start_time',
  'visible_gateway',
  'visible_gateway6',
  'visible_ip',
  'visible_ip6',
  'visible_netmask',
]);

/** Numbers that versions of the daemon call texts. */
const NUMBERS: ReadonlySet<string> = new Set(['start_time', 'stubdom_xid', 'xid']);

/** The properties of a VM, as admin.vm.property.GetAll gave them: a missing or wrong one names itself and the call. */
export class VmProperties {
  readonly #values: ReadonlyMap<string, Property>;
  readonly #call: AdminCall;

  constructor(values: ReadonlyMap<string, Property>, call: AdminCall) {
    this.#values = values;
    this.#call = call;
  }

  /** A text; `otherwise` is for a property that older versions do not have. */
  text(name: string, otherwise?: string): string {
    const value = this.#values.get(name)?.value ?? otherwise;
    if (value === undefined) throw new AdminApiError(this.#call, `the reply has no property ${name}`);
    return value;
  }

  /** A text; null for one that is empty or not there. */
  textOrNull(name: string): string | null {
    return this.#values.get(name)?.value || null;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Every property as JSON has it, by its type; the label, of which this is the name only, is left out. */
  all(): Map<string, PropertyValue> {
    const found = new Map<string, PropertyValue>();
    for (const [name, { type, value }] of this.#values) {
      if (type !== 'label') found.set(name, this.#typed(name, type, value));
    }
    return found;
  }

  #typed(name: string, type: string, value: string): PropertyValue {
    switch (type) {
      case 'bool':
        return value === '' ? null : this.flag(name);
      case 'int':
        return value === '' ? null : this.#integer(name, value);
      case 'vm':
        return value === '' ? null : { name: value };
      default:
        if (value === '' && NONE_WHEN_EMPTY.has(name)) return null;
        return NUMBERS.has(name) ? Number(value) : value;
    }
  }

  #integer(name: string, value: string): number {
    return /^-?\d{1,15}$/.test(value) ? Number(value) : this.#wrong(name, 'a whole number');
  }

  number(name: string): number {
    return wholeNumber(this.text(name)) ?? this.#wrong(name, 'a whole number');
  }

  /** Null for a number that is not set. */
  numberOrNull(name: string): number | null {
    return this.textOrNull(name) === null ? null : this.number(name);
  }

  /** Python's True and False. */
  flag(name: string): boolean {
    const text = this.text(name);
    if (text !== 'True' && text !== 'False') return this.#wrong(name, 'True or False');
    return text === 'True';
  }

  /** The name of another VM that qubesd has listed; null for none. */
  vm(name: string, known: ReadonlyMap<string, unknown>): string | null {
    const other = this.textOrNull(name);
    if (other === null || known.has(other)) return other;
    throw new AdminApiError(
      this.#call,
      `property ${name} names VM ${JSON.stringify(other)}, which admin.vm.List does not list`,
    );
  }

  #wrong(name: string, what: string): never {
    throw new AdminApiError(
      this.#call,
      `property ${name} must be ${what}, is ${JSON.stringify(this.text(name, ''))}`,
    );
  }
}
