import { Refusal } from '../../words/refusal.ts';
import { hostMemory as lookUpHostMemory } from '../qubes/host.ts';
import { ADMIN_VM_STATE, NAME_SERVERS, type PeerVm, type VmData } from '../qubes/vm-data.ts';
import { Defaults } from './defaults.ts';
import { devicesOf } from './devices.ts';
import type { StoredDomain } from './domain.ts';
import { networkOf } from './network.ts';
import { QubesStore } from './store.ts';
import { withTemplates } from './templates.ts';
import { volumesOf } from './volumes.ts';

export interface QubesXmlRequest {
  name: string;
  /** The path of a qubes.xml. */
  file: string;
  kernelsFolder: string;
  /** MiB; null to look it up when a rule needs it. */
  hostMemory: number | null;
}

/**
 * Reads a VM from qubes.xml, and works out what is not stored. What runs is not in there: like qubesd without
 * libvirt it takes every VM for halted, dom0 apart.
 * @throws Refusal that names the file, the VM and the property
 */
export async function readVmFromQubesXml(request: QubesXmlRequest): Promise<VmData> {
  const store = new QubesStore(request.file);
  const vm = store.vm(request.name);
  if (vm.klass === 'AdminVM') throw new Refusal(`${vm.name} is what the VMs run on: it has no domain XML`);
  // First of all: the rules follow the templates, which must have an end.
  const { template } = withTemplates(store, vm);
  const defaults = new Defaults(store, request.kernelsFolder, async () => {
    return request.hostMemory ?? lookUpHostMemory();
  });
  const qid = vm.number('qid');
  if (qid === undefined) throw vm.problem('qid', 'is missing');
  const virtMode = defaults.virtMode(vm);
  const audiovm = peerOf(store, vm, 'audiovm');
  const guivm = peerOf(store, vm, 'guivm');
  const admin = store.adminVm;
  return {
    name: vm.name,
    qid,
    klass: vm.klass,
    uuid: vm.required('uuid').trim(),
    label: store.label(vm),
    tags: vm.tags,
    state: { running: false, xid: -1 },
    virtMode,
    memory: defaults.memory(vm),
    maxmem: await defaults.maxmem(vm),
    vcpus: defaults.vcpus(vm),
    stubdomainMemory: vm.number('stubdom_mem') ?? null,
    debug: vm.flag('debug') ?? false,
    defaultUser: defaults.defaultUser(vm),
    kernel: defaults.kernel(vm),
    kernelOptions: defaults.kernelOptions(vm),
    bootMode: vm.text('bootmode')?.trim() || 'default',
    ...networkOf(store, vm),
    dns: NAME_SERVERS,
    features: vm.features,
    template: template ?? null,
    audiovm,
    guivm,
    volumes: volumesOf(store, vm),
    pciDevices: devicesOf(store, vm, 'pci'),
    blockDevices: devicesOf(store, vm, 'block'),
    adminVm: { name: admin.name, features: admin.features },
    warnings: virtMode === 'hvm' ? unknownStates(request.file, [audiovm, guivm]) : [],
  };
}

/** The VM for the screen or the sound: the VM's own, else the default one, which is dom0 unless it is stored. */
function peerOf(store: QubesStore, vm: StoredDomain, property: 'audiovm' | 'guivm'): PeerVm | null {
  const own = store.referred(vm, property);
  const peer = own === undefined ? store.referred(store.globals, `default_${property}`) : own;
  if (peer === null) return null;
  const { name, klass } = peer ?? store.adminVm;
  return { name, ...(klass === 'AdminVM' ? ADMIN_VM_STATE : { running: false, xid: -1 }) };
}

/** Only a whole machine's XML tells of the two, and differs when they run. */
function unknownStates(file: string, peers: readonly (PeerVm | null)[]): string[] {
  const names = new Set(peers.flatMap(peer => (peer === null || peer.running ? [] : [peer.name])));
  return [...names].map(
    name => `warning: ${file} does not say whether VM ${name} runs: it is taken for halted`,
  );
}
