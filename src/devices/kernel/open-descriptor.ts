import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { type DeviceNumber, deviceNumberOf } from '../plan/device-number.ts';
import { bytes, type Sectors, sectorsOf } from '../plan/units.ts';

/** O_CLOEXEC of fcntl.h, which node:fs does not name. */
export const CLOSE_ON_EXEC = 0o2000000;

/** Runs an action with the descriptor and closes it on every way out. */
export function withDescriptor<Result>(descriptor: number, action: (descriptor: number) => Result): Result {
  try {
    return action(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The node under /dev of a block device; undefined when there is no such device. */
export function blockDevicePath(device: DeviceNumber): string | undefined {
  try {
    return `/dev/${basename(readlinkSync(`/sys/dev/block/${device}`))}`;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** The names, as the kernel has them, of the block devices that are built on this one. */
export function holdersOf(device: DeviceNumber): string[] {
  try {
    return readdirSync(`/sys/dev/block/${device}/holders`);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Opens a block device for reading, which does not make udev look at it. */
export function openBlockDevice(path: string): number {
  return openSync(path, constants.O_RDONLY | CLOSE_ON_EXEC);
}

export function descriptorDevice(descriptor: number): DeviceNumber {
  return deviceNumberOf(fstatSync(descriptor, { bigint: true }).rdev);
}

/** The size of the block device that is open there. */
export function descriptorSectors(descriptor: number): Sectors {
  return sectorsOf(bytes(addon().blockDeviceSize(descriptor)));
}

/** The size of a block device by its path. */
export function blockDeviceSectors(path: string): Sectors {
  return withDescriptor(openBlockDevice(path), descriptorSectors);
}
