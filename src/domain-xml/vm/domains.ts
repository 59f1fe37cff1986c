import { HostObject, raise, repr, type Value } from '../../jinja/index.ts';
import type { Vm } from './vm.ts';

/** `vm.app.domains`: VMs by their qid (dom0 is 0) and by name. */
export class Domains extends HostObject {
  readonly #vms: readonly Vm[];

  constructor(vms: readonly Vm[]) {
    super();
    this.#vms = vms;
  }

  get adminVm(): Vm | null {
    return this.#vms.find(({ name }) => name === 'dom0') ?? null;
  }

  override get typeName(): string {
    return 'VMCollection';
  }

  override item(key: Value): Value {
    return this.#find(key) ?? raise('KeyError', repr(key));
  }

  #find(key: Value): Vm | undefined {
    if (key === 0) return this.adminVm ?? undefined;
    if (typeof key === 'number') return this.#vms.find(({ qid }) => qid === key);
    return this.#vms.find(({ name }) => name === key);
  }

  override get hasItems(): boolean {
    return true;
  }

  override iterate(): Iterator<Value> {
    return this.#vms.values();
  }

  override get isIterable(): boolean {
    return true;
  }

  override length(): number {
    return this.#vms.length;
  }

  override truthy(): boolean {
    return this.#vms.length > 0;
  }

  override contains(needle: Value): boolean {
    return this.#vms.some(vm => vm.name === needle || vm.equals(needle));
  }
}
