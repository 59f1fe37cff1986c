import { Refusal } from '../../words/refusal.ts';
import { type BlockDevice, blockDeviceOf } from './block-devices.ts';
import { featuresObject, featureWithTemplate } from './features.ts';
import { cpuFamilyModel } from './host.ts';
import { KernelFiles } from './kernel-files.ts';
import { pciDeviceOf } from './pci-device.ts';
import { ANY_PORT } from './values.ts';
import { ADMIN_VM_STATE, type DeviceAssignment, NETMASK, type RelatedVm, type VmData } from './vm-data.ts';

/**
 * Makes the VM's description of what Qubes knows: the keys always in this order, so that two descriptions can
 * be compared line by line.
 * @throws Refusal
 */
export function assemble(vm: VmData, kernelsFolder: string): { document: object; warnings: string[] } {
  if (vm.klass === 'AdminVM') {
    throw new Refusal(`${vm.name} is what the VMs run on: it has no domain XML`);
  }
  const kernel = new KernelFiles({ kernelsFolder, kernel: vm.kernel, virtMode: vm.virtMode });
  const document = {
    name: vm.name,
    qid: vm.qid,
    xid: vm.state.xid,
    uuid: vm.uuid,
    klass: vm.klass,
    label: { name: vm.label },
    ...(vm.tags === null ? {} : { tags: [...vm.tags].sort() }),
    running: vm.state.running,
    virt_mode: vm.virtMode,
    hvm: vm.virtMode === 'hvm',
    memory: vm.memory,
    maxmem: vm.maxmem,
    vcpus: vm.vcpus,
    use_memory_hotplug: usesMemoryHotplug(vm, kernel),
    stubdom_mem: vm.stubdomainMemory,
    debug: vm.debug,
    default_user: vm.defaultUser,
    kernel: vm.kernel === '' ? null : vm.kernel,
    kernel_path: kernel.kernelPath,
    initramfs_path: kernel.initramfsPath,
    kernelopts: vm.kernelOptions,
    kernelopts_common: commonKernelOptions(vm, kernel),
    bootmode_kernelopts: bootModeOptions(vm),
    storage: { kernels_dir: kernel.folder },
    features: featuresObject(vm.features),
    template: vm.template === null ? null : related(vm.template),
    provides_network: vm.providesNetwork,
    netvm: vm.netvm === null ? null : related(vm.netvm),
    mac: vm.mac,
    ip: vm.ip,
    ip6: vm.ip6,
    netmask: NETMASK,
    dns: vm.dns,
    audiovm: vm.audiovm,
    guivm: vm.guivm,
    block_devices: vm.volumes
      .map(volume => blockDeviceOf(volume, vm.name, kernel))
      .filter((device): device is BlockDevice => device !== null),
    devices: {
      pci: vm.pciDevices.map(assignment => assigned(assignment, pciDeviceOf(assignment.port, vm.name))),
      block: vm.blockDevices
        .filter(assignment => isSomewhere(assignment, vm.name))
        .map(assignment => assigned(assignment, blockDevice(assignment))),
    },
    app: {
      host: { cpu_family_model: cpuFamilyModel() },
      domains: [{ ...related(vm.adminVm), ...ADMIN_VM_STATE }],
    },
  };
  return { document, warnings: [...vm.warnings, ...missingKernel(vm, kernel)] };
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

function assigned({ required, options }: DeviceAssignment, device: object): object {
  return { required, options: featuresObject(options), devices: [device] };
}

/** A device that may be at any port is attached when it turns up; the XML of a VM's start needs to know the port. */
function isSomewhere({ port, required, backend }: DeviceAssignment, vmName: string): boolean {
  if (port !== ANY_PORT) return true;
  if (!required) return false;
  throw new Refusal(
    `VM ${vmName}, block device of VM ${backend.name}: is required at any port; assign it by its port`,
  );
}

function blockDevice({ backend, port }: DeviceAssignment): object {
  // A name with a slash in it (mapper/home) is written with an underscore in a device's name.
  return { device_node: `/dev/${port.replaceAll('_', '/')}`, backend_domain: related(backend) };
}

/** With it a VM starts with its memory alone and is given more; without, it starts with all and gives back. */
function usesMemoryHotplug(vm: VmData, kernel: KernelFiles): boolean {
  const feature = featureWithTemplate(vm, 'memory-hotplug');
  if (feature !== undefined) return feature !== '';
  return vm.virtMode !== 'hvm' && kernel.supportsMemoryHotplug;
}

function commonKernelOptions(vm: VmData, kernel: KernelFiles): string {
  if (vm.kernel === '') return '';
  const linux = featureWithTemplate(vm, 'os') === 'Linux';
  const options = `${linux ? `systemd.machine_id=${vm.uuid.replaceAll('-', '')} ` : ''}${kernel.commonOptions}`;
  return featureWithTemplate(vm, 'no-nomodeset')
    ? options.replace(/(?<!\S)nomodeset(?:\s+|$)/g, '')
    : options;
}

function bootModeOptions(vm: VmData): string {
  if (vm.bootMode === 'default') return '';
  const options = featureWithTemplate(vm, `boot-mode.kernelopts.${vm.bootMode}`);
  return options === undefined ? '' : ` ${options}`;
}

/** A description can be looked at anywhere, so a kernel that is not here is no error; the VM would not start, though. */
function missingKernel(vm: VmData, kernel: KernelFiles): string[] {
  if (vm.kernel === '' || kernel.isInstalled) return [];
  return [`warning: kernel ${vm.kernel} of VM ${vm.name}: there is no ${kernel.kernelPath}`];
}
