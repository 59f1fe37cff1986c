import { featureWithNetvm, featureWithTemplate } from '../qubes/features.ts';
import { isAtLeast, type Release } from '../qubes/release.ts';
import { MAC_ADDRESS, NAME_SERVERS, NETMASK, type RelatedVm } from '../qubes/vm-data.ts';
import type { StoredDomain } from './domain.ts';
import type { QubesStore } from './store.ts';
import { chainOf, netvmOf, withTemplates } from './templates.ts';

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
  /** Undefined without a network. */
  netmask: string | undefined;
  dns: readonly string[] | undefined;
  /** What it is told of its network, and what those behind it are. */
  visible: Visible;
}

/** The addresses as a VM sees them, and as those behind it are told; null for none. */
export interface Visible {
  gateway: string | null;
  gateway6: string | null;
  visible_gateway: string | null;
  visible_gateway6: string | null;
  visible_ip: string | null;
  visible_ip6: string | null;
  visible_netmask: string | null;
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
  const networked = isNetworked(store, vm);
  return {
    providesNetwork: providesNetwork(vm),
    mac: vm.text('mac')?.trim().toLowerCase() || MAC_ADDRESS,
    ip: ipOf(store, vm),
    ip6: ip6Of(store, vm, netvm),
    netvm,
    netmask: networked ? NETMASK : undefined,
    dns: networked ? NAME_SERVERS : undefined,
    visible: visibleOf(store, vm, netvm),
  };
}

function visibleOf(store: QubesStore, vm: StoredDomain, netvm: RelatedVm | null): Visible {
  const feature = (name: string) => featureWithTemplate(withTemplates(store, vm), name) || undefined;
  const before = netvmOf(store, vm);
  const ip6 = ip6Of(store, vm, netvm);
  const hasIpv6 = Boolean(featureWithNetvm({ features: vm.features, netvm }, 'ipv6'));
  return {
    gateway: gatewayOf(store, vm),
    gateway6: hasIpv6 && providesNetwork(vm) ? ip6 : null,
    visible_gateway: feature('net.fake-gateway') ?? (before === null ? null : gatewayOf(store, before)),
    visible_gateway6: hasIpv6 && before !== null ? networkOf(store, before).visible.gateway6 : null,
    visible_ip: visibleIpOf(store, vm),
    visible_ip6: ip6,
    visible_netmask:
      feature('net.fake-netmask') ?? (before !== null && isNetworked(store, before) ? NETMASK : null),
  };
}

function visibleIpOf(store: QubesStore, vm: StoredDomain): string | null {
  return featureWithTemplate(withTemplates(store, vm), 'net.fake-ip') || ipOf(store, vm);
}

function providesNetwork(vm: StoredDomain): boolean {
  return vm.flag('provides_network') ?? false;
}

/** The address that a net qube has for those behind it: the one that it believes to have. */
function gatewayOf(store: QubesStore, vm: StoredDomain): string | null {
  if (!providesNetwork(vm)) return null;
  return visibleIpOf(store, vm);
}

function ipOf(store: QubesStore, vm: StoredDomain): string | null {
  const stored = vm.text('ip')?.trim();
  if (stored) return stored;
  if (!isNetworked(store, vm)) return null;
  const { number, addresses } = numberOf(vm);
  return `${addresses.ipv4}.${hostPart(number, store.release)}`;
}

function hostPart(number: number, release: Release): string {
  if (number < SIMPLE_NUMBERS || !isAtLeast(release, '4.2')) return `${number >> 8}.${number & 255}`;
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
