import { Refusal } from '../../words/refusal.ts';
import type { RelatedVm } from '../qubes/vm-data.ts';
import type { StoredDomain } from './domain.ts';
import type { QubesStore } from './store.ts';

/** The VM's template; null for one that has none. */
export function templateOf(store: QubesStore, vm: StoredDomain): StoredDomain | null {
  return store.referred(vm, 'template') ?? null;
}

/** The net qube that the VM has: TemplateVMs have none unless one is stored, others the default one. */
export function netvmOf(store: QubesStore, vm: StoredDomain): StoredDomain | null {
  const stored = store.referred(vm, 'netvm');
  if (stored !== undefined) return stored;
  if (vm.klass === 'AdminVM') return null;
  const old = vm.flag('provides_network') ? defaultOfNetQubes(store) : undefined;
  // One that would be its own is given none.
  if (old !== undefined) return old === vm ? null : old;
  return vm.klass === 'TemplateVM' ? null : (store.referred(store.globals, 'default_netvm') ?? null);
}

/**
 * What R3 and before had as a default of its own for net qubes. It counts where both defaults name a VM that there is, and
 * not the same.
 */
function defaultOfNetQubes(store: QubesStore): StoredDomain | undefined {
  const named = (property: string) => {
    const name = store.globals.stored(property)?.text.trim();
    return name ? store.named(name) : undefined;
  };
  const found = named('default_fw_netvm');
  const usual = store.globals.stored('default_netvm');
  if (found === undefined || usual === undefined) return found;
  const other =
    usual.ref === undefined ? named('default_netvm') : store.referred(store.globals, 'default_netvm');
  return other === undefined || other === null || other === found ? undefined : found;
}

/**
 * Follows a relation from VM to VM.
 * @throws Refusal where it leads in a circle, which would never end
 */
export function chainOf(
  store: QubesStore,
  vm: StoredDomain,
  next: (store: QubesStore, vm: StoredDomain) => StoredDomain | null,
): StoredDomain[] {
  const chain = [vm];
  for (let other = next(store, vm); other !== null; other = next(store, other)) {
    const circle = chain.includes(other);
    chain.push(other);
    if (circle) {
      const names = chain.map(({ name }) => name).join(' -> ');
      throw new Refusal(
        `${store.path}: the ${next === netvmOf ? 'net qubes' : 'templates'} lead in a circle: ${names}`,
      );
    }
  }
  return chain;
}

/** A VM with its templates, as far as features are looked up in them. */
export function withTemplates(store: QubesStore, vm: StoredDomain): RelatedVm {
  const [own, ...templates] = chainOf(store, vm, templateOf);
  const above = templates.reduceRight<RelatedVm | null>(
    (template, { name, features }) => ({ name, features, template }),
    null,
  );
  return { name: vm.name, features: own?.features ?? vm.features, template: above };
}
