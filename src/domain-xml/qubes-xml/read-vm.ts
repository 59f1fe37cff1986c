import { hostMemory as lookUpHostMemory } from '../qubes/host.ts';
import { requireLocal } from '../qubes/local-vm.ts';
import type { Release } from '../qubes/release.ts';
import { ADMIN_VM, ADMIN_VM_STATE, type OtherVm, type PeerVm, type VmData } from '../qubes/vm-data.ts';
import { Defaults } from './defaults.ts';
import { devicesOf } from './devices.ts';
import type { StoredDomain } from './domain.ts';
import { networkOf } from './network.ts';
import { StoredProperties } from './properties.ts';
import { QubesStore } from './store.ts';
import { chainOf, netvmOf, templateOf, withTemplates } from './templates.ts';
import { volumesOf } from './volumes.ts';

export interface QubesXmlRequest {
  name: string;
  /** The path of a qubes.xml. */
  file: string;
  release: Release;
  kernelsFolder: string;
  /** MiB; undefined to look it up when a rule needs it. */
  hostMemory: number | undefined;
}

/**
 * Reads a VM from qubes.xml, and works out what is not stored. What runs is not in there: like qubesd without
 * libvirt it takes every VM for halted, dom0 apart.
 * @throws Refusal that names the file, the VM and the property
 */
export async function readVmFromQubesXml(request: QubesXmlRequest): Promise<VmData> {
  const store = new QubesStore(request.file, request.release);
  const vm = store.vm(request.name);
  requireLocal(vm.name, vm.klass);
  // First of all: the rules follow the templates, which must have an end.
  const { template } = withTemplates(store, vm);
  const defaults = new Defaults(store, { ...request, lookUpHostMemory });
  const properties = new StoredProperties(store, defaults);
  const qid = vm.number('qid');
  if (qid === undefined) throw vm.problem('qid', 'is missing');
  const virtMode = defaults.virtMode(vm);
  const audiovm = properties.peer(vm, 'audiovm');
  const guivm = properties.peer(vm, 'guivm');
  const admin = store.adminVm;
  const { visible: _, ...network } = networkOf(store, vm);
  const blockDevices = devicesOf(store, vm, 'block');
  const backends = blockDevices.flatMap(({ backend }) =>
    backend === undefined ? [] : [store.vm(backend.name)],
  );
  const maxmem = await defaults.maxmem(vm);
  const known = new Set([
    ...acquaintances(store, [vm, ...chainOf(store, vm, netvmOf), ...backends, audiovm, guivm]),
  ]);
  return {
    release: request.release,
    name: vm.name,
    qid,
    klass: vm.klass,
    uuid: vm.required('uuid').trim(),
    label: store.label(vm),
    tags: vm.tags,
    state: { running: false, xid: -1 },
    virtMode,
    memory: defaults.memory(vm),
    maxmem,
    vcpus: defaults.vcpus(vm),
    stubdomainMemory: vm.number('stubdom_mem') ?? null,
    debug: vm.flag('debug') ?? false,
    defaultUser: defaults.defaultUser(vm),
    kernel: defaults.kernel(vm),
    kernelOptions: defaults.kernelOptions(vm),
    bootMode: vm.text('bootmode')?.trim() || defaults.bootMode(vm),
    defaultBootMode: defaults.bootMode(vm),
    ...network,
    properties: properties.of(vm),
    features: vm.features,
    template: template ?? null,
    audiovm: peerOf(audiovm),
    guivm: peerOf(guivm),
    volumes: volumesOf(store, vm),
    pciDevices: defaults.pciDevices(vm),
    blockDevices,
    adminVm: { name: admin.name, features: admin.features },
    others: others(store, vm, known, properties),
    warnings: virtMode === 'hvm' ? unknownStates(request.file, [audiovm, guivm]) : [],
  };
}

/** These VMs and their templates. */
function* acquaintances(store: QubesStore, vms: readonly (StoredDomain | null)[]): Generator<string> {
  for (const vm of vms) if (vm !== null) for (const each of chainOf(store, vm, templateOf)) yield each.name;
}

/** All VMs but dom0 and this one: in full those that it has to do with. */
function others(
  store: QubesStore,
  { name: own }: StoredDomain,
  known: ReadonlySet<string>,
  properties: StoredProperties,
): OtherVm[] {
  return [...store.vms]
    .filter(([name]) => name !== own && name !== ADMIN_VM)
    .map(([name, klass]) => {
      if (!known.has(name)) return { name, klass };
      const vm = store.vm(name);
      return { name, klass, features: vm.features, properties: properties.of(vm) };
    });
}

function peerOf(vm: StoredDomain | null): PeerVm | null {
  if (vm === null) return null;
  return { name: vm.name, ...(vm.klass === 'AdminVM' ? ADMIN_VM_STATE : { running: false, xid: -1 }) };
}

/** Only a whole machine's XML tells of the two, and differs when they run. */
function unknownStates(file: string, peers: readonly (StoredDomain | null)[]): string[] {
  const names = new Set(peers.flatMap(vm => (vm === null || vm.klass === 'AdminVM' ? [] : [vm.name])));
  return [...names].map(
    name => `warning: ${file} does not say whether VM ${name} runs: it is taken for halted`,
  );
}
