import { Refusal } from '../../words/refusal.ts';
import type { FeatureValues, PeerVm, RelatedVm, RunState } from '../qubes/vm-data.ts';
import { ADMIN_VM, ADMIN_VM_STATE } from '../qubes/vm-data.ts';
import type { AdminApi } from './connection.ts';
import { AdminApiError, isQubesdException } from './error.ts';
import { VmProperties } from './properties.ts';
import { type ListedVm, names, properties, property } from './replies.ts';

/** The classes of VMs that are made from a template. */
const TEMPLATE_BASED = new Set(['AppVM', 'DispVM']);

/** States of a VM that has no domain in Xen. */
const NOT_RUNNING = new Set(['Halted', 'NA']);

/** What is asked of the VMs that a description refers to: each question of a VM once. */
export class RelatedVms {
  readonly #api: AdminApi;
  readonly listed: ReadonlyMap<string, ListedVm>;
  readonly #features = new Map<string, Promise<FeatureValues>>();
  readonly #backends = new Map<string, Promise<RelatedVm>>();

  constructor(api: AdminApi, listed: ReadonlyMap<string, ListedVm>) {
    this.#api = api;
    this.listed = listed;
  }

  klassOf(name: string): string {
    return this.listed.get(name)?.klass ?? '';
  }

  async properties(name: string): Promise<VmProperties> {
    const call = { method: 'admin.vm.property.GetAll', destination: name };
    return new VmProperties(properties(await this.#api.ask(call.method, name), call), call);
  }

  /** The features that are set on a VM itself. */
  features(name: string): Promise<FeatureValues> {
    const known = this.#features.get(name) ?? this.#readFeatures(name);
    this.#features.set(name, known);
    return known;
  }

  async #readFeatures(name: string): Promise<FeatureValues> {
    const call = { method: 'admin.vm.feature.List', destination: name };
    const list = names(await this.#api.ask(call.method, name), call);
    const values = await Promise.all(list.map(feature => this.#feature(name, feature)));
    return new Map(values.filter(entry => entry !== null));
  }

  async #feature(name: string, feature: string): Promise<[string, string] | null> {
    try {
      return [feature, await this.#api.ask('admin.vm.feature.Get', name, feature)];
    } catch (error) {
      // It was taken away since the list was made.
      if (isQubesdException(error, 'QubesFeatureNotFoundError')) return null;
      throw error;
    }
  }

  /** A template, with that one's: a disposable's is an AppVM. */
  async template(name: string, above: readonly string[] = []): Promise<RelatedVm> {
    const chain = nextInChain('template', name, above);
    if (!TEMPLATE_BASED.has(this.klassOf(name))) {
      return { name, features: await this.features(name), template: null };
    }
    const call = { method: 'admin.vm.property.Get', argument: 'template', destination: name };
    const { value } = property(await this.#api.ask(call.method, name, call.argument), call);
    if (!this.listed.has(value)) {
      throw new AdminApiError(call, `names VM ${JSON.stringify(value)}, which admin.vm.List does not list`);
    }
    const [features, template] = await Promise.all([this.features(name), this.template(value, chain)]);
    return { name, features, template };
  }

  /** A net qube, with that behind it. */
  async netvm(name: string, above: readonly string[] = []): Promise<RelatedVm> {
    const chain = nextInChain('netvm', name, above);
    const features = this.features(name);
    // It is awaited further down: a failure before that must not go unheard.
    features.catch(() => {});
    const own = await this.properties(name);
    const next = own.vm('netvm', this.listed);
    const netvm = next === null ? null : await this.netvm(next, chain);
    return { name, features: await features, gateway: own.textOrNull('gateway'), netvm };
  }

  /** A VM that has a device for another one: features are looked up in it and its templates. */
  backend(name: string): Promise<RelatedVm> {
    const known = this.#backends.get(name) ?? this.#readBackend(name);
    this.#backends.set(name, known);
    return known;
  }

  async #readBackend(name: string): Promise<RelatedVm> {
    if (name === ADMIN_VM) return { name, features: await this.features(name) };
    if (!this.listed.has(name)) {
      throw new Refusal(`qubesd: a device of VM ${name} is assigned, which admin.vm.List does not list`);
    }
    return this.template(name);
  }

  async peer(name: string | null): Promise<PeerVm | null> {
    return name === null ? null : { name, ...(await this.state(name)) };
  }

  async state(name: string): Promise<RunState> {
    if (name === ADMIN_VM) return ADMIN_VM_STATE;
    if (NOT_RUNNING.has(this.listed.get(name)?.state ?? 'NA')) return { running: false, xid: -1 };
    const call = { method: 'admin.vm.property.Get', argument: 'xid', destination: name };
    const { value } = property(await this.#api.ask(call.method, name, call.argument), call);
    if (!/^(?:-1|\d{1,9})$/.test(value)) {
      throw new AdminApiError(call, `must be a domain's number, is ${JSON.stringify(value)}`);
    }
    return { running: true, xid: Number(value) };
  }
}

/**
 * Follows a chain of VMs.
 * @throws Refusal where it leads back to one of them
 */
function nextInChain(relation: string, name: string, above: readonly string[]): string[] {
  const chain = [...above, name];
  if (above.includes(name)) {
    throw new Refusal(`qubesd: the chain of ${relation}s leads in a circle: ${chain.join(' -> ')}`);
  }
  return chain;
}
