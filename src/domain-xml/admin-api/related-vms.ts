import { Refusal } from '../../words/refusal.ts';
import { wholeNumber } from '../qubes/values.ts';
import type { FeatureValues, Label, OtherVm, PeerVm, RelatedVm, RunState } from '../qubes/vm-data.ts';
import { ADMIN_VM, ADMIN_VM_STATE } from '../qubes/vm-data.ts';
import type { AdminApi } from './connection.ts';
import { AdminApiError, isMissingMethod, isQubesdException } from './error.ts';
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
  readonly #properties = new Map<string, Promise<VmProperties>>();
  readonly #templates = new Map<string, Promise<RelatedVm>>();
  readonly #labels = new Map<string, Promise<Label>>();

  constructor(api: AdminApi, listed: ReadonlyMap<string, ListedVm>) {
    this.#api = api;
    this.listed = listed;
  }

  klassOf(name: string): string {
    return this.listed.get(name)?.klass ?? '';
  }

  /** The properties of a VM, their defaults worked out. */
  properties(name: string): Promise<VmProperties> {
    return once(this.#properties, name, () => this.#readProperties(name));
  }

  async #readProperties(name: string): Promise<VmProperties> {
    const call = { method: 'admin.vm.property.GetAll', destination: name };
    return new VmProperties(properties(await this.#api.ask(call.method, name), call), call);
  }

  /** The features that are set on a VM itself. */
  features(name: string): Promise<FeatureValues> {
    return once(this.#features, name, () => this.#readFeatures(name));
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

  /** A VM as far as features are looked up in it and in its templates: a disposable's is an AppVM. */
  withTemplates(name: string, above: readonly string[] = []): Promise<RelatedVm> {
    const chain = nextInChain('template', name, above);
    return once(this.#templates, name, () => this.#readWithTemplates(name, chain));
  }

  async #readWithTemplates(name: string, chain: readonly string[]): Promise<RelatedVm> {
    if (name === ADMIN_VM) return { name, features: await this.features(name) };
    const features = this.features(name);
    if (!TEMPLATE_BASED.has(this.klassOf(name))) return { name, features: await features, template: null };
    const next = (await this.properties(name)).vm('template', this.listed);
    const template = next === null ? null : await this.withTemplates(next, chain);
    return { name, features: await features, template };
  }

  /** A net qube, with that behind it. */
  async netvm(name: string, above: readonly string[] = []): Promise<RelatedVm> {
    const chain = nextInChain('netvm', name, above);
    const features = this.features(name);
    const own = await this.properties(name);
    const next = own.vm('netvm', this.listed);
    const netvm = next === null ? null : await this.netvm(next, chain);
    return { name, features: await features, gateway: own.textOrNull('gateway'), netvm };
  }

  /** A label by its name; where the daemon does not tell, no more than that. */
  label(name: string): Promise<Label> {
    return once(this.#labels, name, async () => {
      try {
        const [index, color] = await Promise.all([
          this.#api.ask('admin.label.Index', ADMIN_VM, name),
          this.#api.ask('admin.label.Get', ADMIN_VM, name),
        ]);
        return { name, index: wholeNumber(index), color };
      } catch (error) {
        if (isMissingMethod(error)) return { name };
        throw error;
      }
    });
  }

  /** Asks for what `others` then knows of these VMs and their templates. */
  async acquaint(vms: readonly (string | null | undefined)[]): Promise<void> {
    await Promise.all(vms.map(name => (name ? this.withTemplates(name) : undefined)));
  }

  /** All VMs but dom0 and the one that is described: in full those that were asked of, and their templates. */
  async others(described: string): Promise<OtherVm[]> {
    const known = new Set([...this.#properties.keys(), ...this.#features.keys()]);
    const others = [...this.listed].filter(([name]) => name !== described && name !== ADMIN_VM);
    return Promise.all(
      others.map(async ([name, { klass }]) => {
        if (!known.has(name)) return { name, klass };
        const [properties, features] = await Promise.all([this.properties(name), this.features(name)]);
        const all = properties.all();
        all.set('label', await this.label(properties.text('label')));
        return { name, klass, features, properties: all };
      }),
    );
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

/** What is asked once of each: the answer, or the question that is under way. */
function once<T>(answers: Map<string, Promise<T>>, name: string, ask: () => Promise<T>): Promise<T> {
  const known = answers.get(name);
  if (known !== undefined) return known;
  const asked = ask();
  // Whoever has asked may be refused something else before the answer is waited for: what nobody hears ends the program.
  asked.catch(() => {});
  answers.set(name, asked);
  return asked;
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
