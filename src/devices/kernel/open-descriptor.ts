import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { type DeviceNumber, deviceNumberOf } from '../plan/device-number.ts';
import { bytes, type Sectors, sectorsOf } from '../plan/units.ts';

/** Runs an action with the descriptor and closes it on every way out. */
export function withDescriptor<Result>(descriptor: number, action: (descriptor: number) => Result): Result {
  try {
    return action(descriptor);
  } finally {
    addon().closeFile(descriptor);
  }
}

export function openToRead(path: string): number {
  return addon().openFile(path, addon().openFlags.readOnly, 0);
}

export function openToWrite(path: string): number {
  return addon().openFile(path, addon().openFlags.readWrite, 0);
}

/** The node under /dev of a block device; undefined when there is no such device. */
export function blockDevicePath(device: DeviceNumber): string | undefined {
  const link = addon().readLink(`/sys/dev/block/${device}`);
  return link === null ? undefined : `/dev/${link.slice(link.lastIndexOf('/') + 1)}`;
}

/** The names, as the kernel has them, of the block devices that are built on this one. */
export function holdersOf(device: DeviceNumber): string[] {
  try {
    return addon().listFolder(`/sys/dev/block/${device}/holders`);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

export function descriptorDevice(descriptor: number): DeviceNumber {
  return deviceNumberOf(addon().descriptorStatus(descriptor).rdev);
}

/** The size of the block device that is open there. */
export function descriptorSectors(descriptor: number): Sectors {
  return sectorsOf(bytes(addon().blockDeviceSize(descriptor)));
}

/** The size of a block device by its path. */
export function blockDeviceSectors(path: string): Sectors {
  return withDescriptor(openToRead(path), descriptorSectors);
}
