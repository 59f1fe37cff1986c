import { Refusal } from '../../words/refusal.ts';
import { bootModeFeature, DEFAULT_BOOT_MODE } from '../qubes/kernel-options.ts';
import { requireLocal } from '../qubes/local-vm.ts';
import { type ChosenRelease, type Release, systemRelease } from '../qubes/release.ts';
import {
  ADMIN_VM,
  type DeviceAssignment,
  MAC_ADDRESS,
  NAME_SERVERS,
  NETMASK,
  type RelatedVm,
  type VmData,
  type Volume,
} from '../qubes/vm-data.ts';
import { AdminApi } from './connection.ts';
import { isMissingMethod } from './error.ts';
import type { VmProperties } from './properties.ts';
import { RelatedVms } from './related-vms.ts';
import { type AssignedDevice, assignedDevices, defaultValue, listedVms, names, pairs } from './replies.ts';
import { volumeOf } from './volumes.ts';

export interface QubesdRequest {
  name: string;
  socket: string;
  /** Undefined: what qubesd's answers or the system say. */
  release: Release | undefined;
}

/**
 * Asks qubesd for everything that a VM's description has.
 * @throws Refusal that names the call that failed, or whose reply lacks something
 */
export async function readVmFromQubesd({ name, socket, release }: QubesdRequest): Promise<VmData> {
  const api = new AdminApi(socket);
  try {
    return await readVm(api, name, release);
  } finally {
    api.close();
  }
}

/** Likewise, of a connection that the caller closes. */
export async function readVm(api: AdminApi, name: string, release?: Release): Promise<VmData> {
  const list = { method: 'admin.vm.List', destination: ADMIN_VM };
  const others = new RelatedVms(api, listedVms(await api.ask(list.method, ADMIN_VM), list));
  if (!others.listed.has(name)) throw new Refusal(`qubesd has no VM ${name} (admin.vm.List)`);
  requireLocal(name, others.klassOf(name));
  const [own, features, tags, volumes, pciDevices, blockDevices, adminFeatures, state] = await Promise.all([
    others.properties(name),
    others.features(name),
    readTags(api, name),
    readVolumes(api, name),
    readDevices(api, others, name, 'pci'),
    readDevices(api, others, name, 'block'),
    others.features(ADMIN_VM),
    others.state(name),
  ]);
  const chosen = release === undefined ? releaseOf(own) : { release, warnings: [] };
  // All of them before the first is asked for: what is under way when one is refused would fail with nobody to hear it.
  const labelName = own.text('label');
  const [template, netvm, audio, gui] = (['template', 'netvm', 'audiovm', 'guivm'] as const).map(property =>
    own.vm(property, others.listed),
  );
  const [templateVm, netVm, audiovm, guivm, label] = await Promise.all([
    template ? others.withTemplates(template, [name]) : null,
    netvm ? others.netvm(netvm, [name]) : null,
    others.peer(audio ?? null),
    others.peer(gui ?? null),
    others.label(labelName),
  ]);
  await others.acquaint([template, audio, gui, ...chainOf(netVm)]);
  const networked = netVm !== null || own.flag('provides_network');
  return {
    release: chosen.release,
    name,
    qid: own.number('qid'),
    klass: others.klassOf(name),
    uuid: own.text('uuid'),
    label,
    tags,
    state,
    virtMode: own.text('virt_mode'),
    memory: own.number('memory'),
    maxmem: own.number('maxmem'),
    vcpus: own.number('vcpus'),
    stubdomainMemory: own.numberOrNull('stubdom_mem'),
    debug: own.flag('debug'),
    defaultUser: own.text('default_user'),
    kernel: own.text('kernel'),
    kernelOptions: own.text('kernelopts'),
    ...(await readBootMode(api, { name, own, features, template: templateVm })),
    providesNetwork: own.flag('provides_network'),
    mac: own.text('mac', MAC_ADDRESS),
    ip: own.textOrNull('ip'),
    ip6: own.textOrNull('ip6'),
    netmask: networked ? NETMASK : undefined,
    dns: networked ? nameServers(own.textOrNull('dns')) : undefined,
    properties: own.all(),
    features,
    template: templateVm,
    netvm: netVm,
    audiovm,
    guivm,
    volumes,
    pciDevices,
    blockDevices,
    adminVm: { name: ADMIN_VM, features: adminFeatures },
    others: await others.others(name),
    warnings: chosen.warnings,
  };
}

/** A net qube, and those behind it. */
function chainOf(netvm: RelatedVm | null | undefined): string[] {
  return netvm ? [netvm.name, ...chainOf(netvm.netvm)] : [];
}

/** Boot modes are new in R4.3; older ones are told apart by the system. */
function releaseOf(own: VmProperties): ChosenRelease {
  return own.has('bootmode') ? { release: '4.3', warnings: [] } : systemRelease();
}

/** What follows without a boot mode of its own is asked for only where its own is none any more. */
async function readBootMode(
  api: AdminApi,
  { name, own, features, template }: Pick<VmData, 'name' | 'features' | 'template'> & { own: VmProperties },
): Promise<Pick<VmData, 'bootMode' | 'defaultBootMode'>> {
  const bootMode = own.text('bootmode', DEFAULT_BOOT_MODE);
  if (bootMode === DEFAULT_BOOT_MODE || bootModeFeature({ features, template }, bootMode) !== undefined) {
    return { bootMode, defaultBootMode: bootMode };
  }
  const call = { method: 'admin.vm.property.GetDefault', destination: name, argument: 'bootmode' };
  const content = await api.ask(call.method, name, call.argument);
  return { bootMode, defaultBootMode: defaultValue(content, call) };
}

/** The addresses in the text, whatever stands between them: versions differ in that. */
function nameServers(text: string | null): readonly string[] {
  const found = text?.match(/\d{1,3}(?:\.\d{1,3}){3}/g) ?? [];
  return found.length === 2 ? found : NAME_SERVERS;
}

/** Null where qubesd does not tell: no rule needs them, only templates of people may. */
async function readTags(api: AdminApi, name: string): Promise<string[] | null> {
  const call = { method: 'admin.vm.tag.List', destination: name };
  let content: string;
  try {
    content = await api.ask(call.method, name);
  } catch (error) {
    if (isMissingMethod(error)) return null;
    throw error;
  }
  return names(content, call);
}

async function readVolumes(api: AdminApi, name: string): Promise<Volume[]> {
  const list = { method: 'admin.vm.volume.List', destination: name };
  const volumes = names(await api.ask(list.method, name), list);
  return Promise.all(
    volumes.map(async volume => {
      const call = { method: 'admin.vm.volume.Info', argument: volume, destination: name };
      return volumeOf(volume, pairs(await api.ask(call.method, name, volume), call), call);
    }),
  );
}

async function readDevices(
  api: AdminApi,
  others: RelatedVms,
  name: string,
  devclass: 'pci' | 'block',
): Promise<DeviceAssignment[]> {
  const call = { method: `admin.vm.device.${devclass}.Assigned`, destination: name };
  const devices = assignedDevices(await askDevices(api, call), call);
  const found = await Promise.all(devices.map(device => withBackend(device, others)));
  return found.filter(device => device !== undefined);
}

/** Undefined for a device of a VM that has been removed: it is assigned until qubesd is started anew, and cannot be had. */
async function withBackend(
  { backend, ...device }: AssignedDevice,
  others: RelatedVms,
): Promise<DeviceAssignment | undefined> {
  if (backend === undefined) return { ...device, backend };
  if (!others.listed.has(backend)) return undefined;
  return { ...device, backend: await others.withTemplates(backend) };
}

/** Before R4.3 the method was called List, and listed what is attached for good. */
async function askDevices(api: AdminApi, call: { method: string; destination: string }): Promise<string> {
  try {
    return await api.ask(call.method, call.destination);
  } catch (error) {
    if (!isMissingMethod(error)) throw error;
    try {
      return await api.ask(call.method.replace('Assigned', 'List'), call.destination);
    } catch {
      throw error;
    }
  }
}
