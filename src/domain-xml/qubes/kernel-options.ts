import { featureWithTemplate } from './features.ts';
import type { KernelFiles } from './kernel-files.ts';
import { isAtLeast } from './release.ts';
import type { VmData } from './vm-data.ts';

/** The boot mode that adds nothing. */
export const DEFAULT_BOOT_MODE = 'default';

/** Folders of kernels that only load the one which is in the VM. */
const LOADERS: ReadonlyMap<string, string> = new Map([
  ['pvh', 'pvgrub2-pvh'],
  ['pv', 'pvgrub2'],
]);

/** What stands before the VM's own options; `displayAssigned`: a PCI device of it is a graphics card. */
export function commonKernelOptions(vm: VmData, kernel: KernelFiles, displayAssigned: boolean): string {
  if (vm.kernel === '') return '';
  if (!isAtLeast(vm.release, '4.3')) return kernel.commonOptions;
  const linux = featureWithTemplate(vm, 'os') === 'Linux';
  const options = `${linux ? `systemd.machine_id=${vm.uuid.replaceAll('-', '')} ` : ''}${kernel.commonOptions}`;
  const without = featureWithTemplate(vm, 'no-nomodeset') ?? (displayAssigned ? '1' : '');
  if (without === '') return options;
  return options
    .split(' ')
    .filter(option => option !== 'nomodeset')
    .join(' ');
}

/** What stands behind the VM's own options: those of its boot mode (R4.3). */
export function bootModeOptions(vm: VmData): string {
  if (!isAtLeast(vm.release, '4.3') || vm.bootMode === DEFAULT_BOOT_MODE) return '';
  const options =
    bootModeFeature(vm, vm.bootMode) ??
    (vm.defaultBootMode === DEFAULT_BOOT_MODE ? undefined : bootModeFeature(vm, vm.defaultBootMode));
  return options === undefined ? '' : ` ${options}`;
}

/** The options of a boot mode, which only those that have any are; undefined for others. */
export function bootModeFeature(
  vm: Parameters<typeof featureWithTemplate>[0],
  mode: string,
): string | undefined {
  return featureWithTemplate(vm, `boot-mode.kernelopts.${mode}`);
}

/** With it a VM starts with its memory alone and is given more; without, it starts with all and gives back. */
export function usesMemoryHotplug(vm: VmData, kernel: KernelFiles): boolean {
  if (!isAtLeast(vm.release, '4.2')) return false;
  const feature = featureWithTemplate(vm, 'memory-hotplug');
  if (feature !== undefined) return feature !== '';
  if (vm.virtMode === 'hvm') return false;
  if (!bootsOwnKernel(vm)) return kernel.supportsMemoryHotplug;
  return Boolean(featureWithTemplate(vm, 'supported-feature.memory-hotplug'));
}

/** Whether the kernel that runs in the end is in the VM: what dom0 has of it is none, or only loads it. */
function bootsOwnKernel({ kernel, virtMode }: VmData): boolean {
  return kernel === '' || kernel === LOADERS.get(virtMode);
}
