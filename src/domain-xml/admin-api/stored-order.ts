import { Refusal } from '../../words/refusal.ts';
import type { DeviceAssignment, VmData } from '../qubes/vm-data.ts';

type DeviceClass = 'pci' | 'block';

/**
 * Puts the devices of a VM into the order in which qubesd attaches them: its Admin API sorts them by name, so that the
 * order is in its file only. Where it matters and the file does not tell, there is a warning.
 */
export async function inStoredOrder(vm: VmData, file: string): Promise<VmData> {
  const warnings: string[] = [];
  const ordered = async (devices: readonly DeviceAssignment[], devclass: DeviceClass) => {
    if (devices.length < 2) return devices;
    const stored = await orderIn(file, vm, devclass);
    if (typeof stored !== 'string') return sortedLike(stored, devices);
    if (orderMatters(devices, devclass)) warnings.push(orderUnknown(vm, devclass, stored));
    return devices;
  };
  const pciDevices = await ordered(vm.pciDevices, 'pci');
  const blockDevices = await ordered(vm.blockDevices, 'block');
  return { ...vm, pciDevices, blockDevices, warnings: [...vm.warnings, ...warnings] };
}

function orderUnknown({ name }: VmData, devclass: DeviceClass, why: string): string {
  return `warning: the order in which VM ${name} gets its ${devclass} devices is not known (${why}): they are in the order of their names`;
}

/** Whether two of them take the next slot, or the next letter: the others have what they are given. */
function orderMatters(devices: readonly DeviceAssignment[], devclass: DeviceClass): boolean {
  const taking = devices.filter(
    ({ required, options }) => required && (devclass === 'pci' || !options.has('frontend-dev')),
  );
  return taking.length > 1;
}

/** The keys of the devices in the file, or why it does not tell. */
async function orderIn(file: string, vm: VmData, devclass: DeviceClass): Promise<string[] | string> {
  const { QubesStore } = await import('../qubes-xml/store.ts');
  const { devicesOf } = await import('../qubes-xml/devices.ts');
  let stored: readonly DeviceAssignment[];
  try {
    const store = new QubesStore(file, vm.release);
    stored = devicesOf(store, store.vm(vm.name), devclass);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.message;
  }
  const keys = stored.map(keyOf);
  const known = (devclass === 'pci' ? vm.pciDevices : vm.blockDevices).map(keyOf);
  const agree = keys.length === known.length && known.every(key => keys.includes(key));
  return agree ? keys : `${file} has others than qubesd`;
}

function sortedLike(keys: readonly string[], devices: readonly DeviceAssignment[]): DeviceAssignment[] {
  return [...devices].sort((left, right) => keys.indexOf(keyOf(left)) - keys.indexOf(keyOf(right)));
}

function keyOf({ backend, port, identity }: DeviceAssignment): string {
  return `${backend?.name ?? '*'}+${port}:${identity}`;
}
