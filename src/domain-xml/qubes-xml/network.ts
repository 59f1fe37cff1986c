import { featureWithNetvm } from '../qubes/features.ts';
import { MAC_ADDRESS, type RelatedVm } from '../qubes/vm-data.ts';
import type { StoredDomain } from './domain.ts';
import type { QubesStore } from './store.ts';
import { chainOf, netvmOf } from './templates.ts';

/** Qubes' own addresses: VMs by their qid, disposables, of which there are many after another, by their dispid. */
const VM_ADDRESSES = { ipv4: '10.137', ipv6: 'fd09:24ef:4179::a89' };
const DISPOSABLE_ADDRESSES = { ipv4: '10.138', ipv6: 'fd09:24ef:4179::a8a' };

/** Numbers up to here have their address from their two bytes; beyond, none may end in 0 or 255. */
const SIMPLE_NUMBERS = 255;
const ADDRESSES_PER_NET = 254;

/** What a VM is on its network. */
export interface Network {
  providesNetwork: boolean;
  mac: string;
  ip: string | null;
  ip6: string | null;
  netvm: RelatedVm | null;
}

export function networkOf(store: QubesStore, vm: StoredDomain): Network {
  const [, ...netvms] = chainOf(store, vm, netvmOf);
  const netvm = netvms.reduceRight<RelatedVm | null>(
    (behind, each) => ({
      name: each.name,
      features: each.features,
      gateway: gatewayOf(store, each),
      netvm: behind,
    }),
    null,
  );
  return {
    providesNetwork: providesNetwork(vm),
    mac: vm.text('mac')?.trim() || MAC_ADDRESS,
    ip: ipOf(store, vm),
    ip6: ip6Of(store, vm, netvm),
    netvm,
  };
}

function providesNetwork(vm: StoredDomain): boolean {
  return vm.flag('provides_network') ?? false;
}

/** The address that a net qube has for those behind it: the one that it believes to have. */
function gatewayOf(store: QubesStore, vm: StoredDomain): string | null {
  if (!providesNetwork(vm)) return null;
  return vm.features.get('net.fake-ip') || ipOf(store, vm);
}

function ipOf(store: QubesStore, vm: StoredDomain): string | null {
  const stored = vm.text('ip')?.trim();
  if (stored) return stored;
  if (!isNetworked(store, vm)) return null;
  const { number, addresses } = numberOf(vm);
  return `${addresses.ipv4}.${hostPart(number)}`;
}

function hostPart(number: number): string {
  if (number < SIMPLE_NUMBERS) return `${number >> 8}.${number & 255}`;
  const place = number - 1;
  return `${Math.floor(place / ADDRESSES_PER_NET)}.${(place % ADDRESSES_PER_NET) + 1}`;
}

function ip6Of(store: QubesStore, vm: StoredDomain, netvm: RelatedVm | null): string | null {
  const stored = vm.text('ip6')?.trim();
  if (stored) return stored;
  if (!isNetworked(store, vm) || !featureWithNetvm({ features: vm.features, netvm }, 'ipv6')) return null;
  const { number, addresses } = numberOf(vm);
  return `${addresses.ipv6}:${number.toString(16)}`;
}

function isNetworked(store: QubesStore, vm: StoredDomain): boolean {
  return providesNetwork(vm) || netvmOf(store, vm) !== null;
}

function numberOf(vm: StoredDomain): { number: number; addresses: typeof VM_ADDRESSES } {
  const disposable = vm.klass === 'DispVM';
  const property = disposable ? 'dispid' : 'qid';
  const number = vm.number(property);
  if (number === undefined) throw vm.problem(property, 'is missing');
  return { number, addresses: disposable ? DISPOSABLE_ADDRESSES : VM_ADDRESSES };
}
