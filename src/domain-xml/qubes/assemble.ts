import { Refusal } from '../../words/refusal.ts';
import { type BlockDevice, blockDeviceOf } from './block-devices.ts';
import { featuresObject } from './features.ts';
import { cpuFamilyModel } from './host.ts';
import { KernelFiles } from './kernel-files.ts';
import { bootModeOptions, commonKernelOptions, usesMemoryHotplug } from './kernel-options.ts';
import { assignedPciDevices } from './pci-device.ts';
import { PciSlots } from './pci-slots.ts';
import { ANY_PORT } from './values.ts';
import {
  ADMIN_VM_STATE,
  type DeviceAssignment,
  type OtherVm,
  type PropertyValues,
  type RelatedVm,
  type VmData,
} from './vm-data.ts';
import { volumeRecords } from './volume-records.ts';

/** What is looked at on this machine. */
export interface AssembleFolders {
  /** Where the kernels are. */
  kernels: string;
  /** Sysfs' folder of PCI devices, where it is not in its place. */
  pciDevices?: string | undefined;
}

/**
 * Makes the VM's description of what Qubes knows: the keys always in this order, so that two descriptions can
 * be compared line by line.
 * @throws Refusal
 */
export function assemble(vm: VmData, folders: AssembleFolders): { document: object; warnings: string[] } {
  const kernel = new KernelFiles({
    kernelsFolder: folders.kernels,
    kernel: vm.kernel,
    virtMode: vm.virtMode,
    release: vm.release,
  });
  const slots = new PciSlots(folders.pciDevices);
  const pciDevices = vm.pciDevices.map(each => assignedPciDevices(each, vm.name, slots));
  const displayAssigned = pciDevices.flat().some(address => slots.isDisplayAt(address));
  const user = { vmName: vm.name, kernel, release: vm.release };
  const known = {
    release: vm.release,
    name: vm.name,
    qid: vm.qid,
    xid: vm.state.xid,
    uuid: vm.uuid,
    klass: vm.klass,
    label: vm.label,
    ...(vm.tags === null ? {} : { tags: [...vm.tags].sort() }),
    running: vm.state.running,
    virt_mode: vm.virtMode,
    memory: vm.memory,
    maxmem: vm.maxmem,
    vcpus: vm.vcpus,
    use_memory_hotplug: usesMemoryHotplug(vm, kernel),
    stubdom_mem: vm.stubdomainMemory,
    debug: vm.debug,
    default_user: vm.defaultUser,
    kernel: vm.kernel,
    kernel_path: kernel.kernelPath,
    initramfs_path: kernel.initramfsPath,
    kernelopts: vm.kernelOptions,
    kernelopts_common: commonKernelOptions(vm, kernel, displayAssigned),
    bootmode_kernelopts: bootModeOptions(vm),
    storage: { kernels_dir: vm.kernel === '' ? null : kernel.folder },
    features: featuresObject(vm.features),
    // As in Qubes: what is made from none has no such attribute.
    ...(vm.template === null ? {} : { template: related(vm.template) }),
    provides_network: vm.providesNetwork,
    netvm: vm.netvm === null ? null : related(vm.netvm),
    mac: vm.mac,
    ip: vm.ip,
    ip6: vm.ip6,
    netmask: vm.netmask ?? null,
    dns: vm.dns ?? null,
    audiovm: vm.audiovm,
    guivm: vm.guivm,
    block_devices: vm.volumes
      .map(volume => blockDeviceOf(volume, user))
      .filter((device): device is BlockDevice => device !== null),
    volumes: volumeRecords(vm.volumes, user),
    devices: {
      pci: vm.pciDevices.map((assignment, index) => assigned(assignment, pciDevices[index] ?? [])),
      block: vm.blockDevices.map(assignment => assigned(assignment, blockDevices(assignment, vm.name))),
    },
  };
  const app = {
    host: { cpu_family_model: cpuFamilyModel() },
    domains: [
      { ...related(vm.adminVm), klass: 'AdminVM', qid: 0, ...ADMIN_VM_STATE },
      ...[...vm.others, { name: vm.name, klass: vm.klass }]
        .sort((left, right) => (left.name < right.name ? -1 : 1))
        .map(otherVm),
    ],
  };
  // What people ask for first comes first; then the rest of what Qubes says, by name.
  const document = { ...known, ...without(vm.properties, Object.keys(known)), app };
  return { document, warnings: [...vm.warnings, ...missingKernel(vm, kernel)] };
}

function otherVm({ name, klass, properties, features }: OtherVm): object {
  return {
    name,
    klass,
    ...(features === undefined ? {} : { features: featuresObject(features) }),
    ...(properties === undefined ? {} : without(properties, ['name', 'klass'])),
  };
}

function without(properties: PropertyValues, names: readonly string[]): object {
  const rest = [...properties].filter(([name]) => !names.includes(name));
  return Object.fromEntries(rest.sort(([left], [right]) => (left < right ? -1 : 1)));
}

function related({ name, features, template, netvm, gateway }: RelatedVm): object {
  return {
    name,
    features: featuresObject(features),
    ...(gateway === undefined ? {} : { gateway }),
    ...(template === undefined ? {} : { template: template === null ? null : related(template) }),
    ...(netvm === undefined ? {} : { netvm: netvm === null ? null : related(netvm) }),
  };
}

function assigned({ required, options }: DeviceAssignment, devices: readonly object[]): object {
  return { required, options: featuresObject(options), devices };
}

/**
 * A device that may be at any port, or of any VM, is attached when it turns up; the XML of a VM's start needs to know which
 * it is.
 * @throws Refusal where the VM does not start without it
 */
function blockDevices({ port, required, backend }: DeviceAssignment, vmName: string): object[] {
  if (backend !== undefined && port !== ANY_PORT) {
    // A name with a slash in it (mapper/home) is written with an underscore in a device's name.
    return [{ device_node: `/dev/${port.replaceAll('_', '/')}`, backend_domain: related(backend) }];
  }
  if (!required) return [];
  const of = backend === undefined ? 'any VM' : `VM ${backend.name}`;
  throw new Refusal(
    `VM ${vmName}, block device of ${of}: is required at any port; assign it by its VM and port`,
  );
}

/** A description can be looked at anywhere, so a kernel that is not here is no error; the VM would not start, though. */
function missingKernel(vm: VmData, kernel: KernelFiles): string[] {
  if (vm.kernel === '' || kernel.isInstalled) return [];
  return [`warning: kernel ${vm.kernel} of VM ${vm.name}: there is no ${kernel.kernelPath}`];
}
