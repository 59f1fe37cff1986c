import { Refusal } from '../../words/refusal.ts';
import {
  ADMIN_VM,
  type DeviceAssignment,
  MAC_ADDRESS,
  NAME_SERVERS,
  type VmData,
  type Volume,
} from '../qubes/vm-data.ts';
import { AdminApi } from './connection.ts';
import { isMissingMethod } from './error.ts';
import { RelatedVms } from './related-vms.ts';
import { assignedDevices, listedVms, names, pairs } from './replies.ts';
import { volumeOf } from './volumes.ts';

/**
 * Asks qubesd for everything that a VM's description has.
 * @throws Refusal that names the call that failed, or whose reply lacks something
 */
export async function readVmFromQubesd({ name, socket }: { name: string; socket: string }): Promise<VmData> {
  const api = new AdminApi(socket);
  try {
    return await readVm(api, name);
  } finally {
    api.close();
  }
}

/** Likewise, of a connection that the caller closes. */
export async function readVm(api: AdminApi, name: string): Promise<VmData> {
  const list = { method: 'admin.vm.List', destination: ADMIN_VM };
  const others = new RelatedVms(api, listedVms(await api.ask(list.method, ADMIN_VM), list));
  if (!others.listed.has(name)) throw new Refusal(`qubesd has no VM ${name} (admin.vm.List)`);
  if (name === ADMIN_VM) throw new Refusal(`${name} is what the VMs run on: it has no domain XML`);
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
  // All four before the first is asked for: what is under way when one is refused would fail with nobody to hear it.
  const [template, netvm, audio, gui] = (['template', 'netvm', 'audiovm', 'guivm'] as const).map(property =>
    own.vm(property, others.listed),
  );
  const [templateVm, netVm, audiovm, guivm] = await Promise.all([
    template ? others.template(template, [name]) : null,
    netvm ? others.netvm(netvm, [name]) : null,
    others.peer(audio ?? null),
    others.peer(gui ?? null),
  ]);
  return {
    name,
    qid: own.number('qid'),
    klass: others.klassOf(name),
    uuid: own.text('uuid'),
    label: own.text('label'),
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
    bootMode: own.text('bootmode', 'default'),
    providesNetwork: own.flag('provides_network'),
    mac: own.text('mac', MAC_ADDRESS),
    ip: own.textOrNull('ip'),
    ip6: own.textOrNull('ip6'),
    dns: nameServers(own.textOrNull('dns')),
    features,
    template: templateVm,
    netvm: netVm,
    audiovm,
    guivm,
    volumes,
    pciDevices,
    blockDevices,
    adminVm: { name: ADMIN_VM, features: adminFeatures },
    warnings: [],
  };
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
  return Promise.all(
    devices.map(async ({ backend, ...device }) => ({ ...device, backend: await others.backend(backend) })),
  );
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
