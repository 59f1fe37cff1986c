import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { type DeviceNumber, deviceNumberOf } from '../plan/device-number.ts';
import { type ImageKey, imageKey } from '../plan/image-key.ts';
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

/**
 * Opens the file at a path if it is the one that was found there before. It is looked at before it is opened in earnest,
 * and not by its path again: a path can be given another file at any time, and opening some does things.
 * @throws Refusal when it is another by now; SystemError
 */
export function openImage(
  image: { role: string; path: string; key: ImageKey },
  access: 'read' | 'write',
): number {
  const found = addon().openFile(image.path, addon().openFlags.path, 0);
  return withDescriptor(found, () => {
    const { device, inode } = addon().descriptorStatus(found);
    if (imageKey(device, inode) !== image.key) throw replaced(image);
    const path = openPath(found);
    try {
      return access === 'read' ? openToRead(path) : openToWrite(path);
    } catch (error) {
      if (isSystemError(error)) Object.assign(error, { argument: image.path });
      throw error;
    }
  });
}

/** The path of a file that is open, whether or not it has one of its own. */
export function openPath(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}

/** Gives an open file the owner and the permissions of an image. @throws SystemError */
export function ownLike(
  { owner: { user, group, mode } }: { owner: { user: number; group: number; mode: number } },
  descriptor: number,
): void {
  addon().setOwner(descriptor, user, group, mode & 0o777);
}

export function replaced(image: { role: string; path: string }): Refusal {
  return new Refusal(`${image.role} ${image.path} was replaced by another file in this moment: try again`);
}

/** The node under /dev of a block device; undefined when there is no such device. */
export function blockDevicePath(device: DeviceNumber): string | undefined {
  const link = addon().readLink(`/sys/dev/block/${device}`);
  return link === null ? undefined : `/dev/${link.slice(link.lastIndexOf('/') + 1)}`;
}

/** The names, as the kernel has them, of the block devices that are built on this one. */
export function holdersOf(device: DeviceNumber): string[] {
  return holdersIn(`/sys/dev/block/${device}`);
}

/** The same by the folder that sysfs has for it. */
export function holdersIn(folder: string): string[] {
  try {
    return addon().listFolder(`${folder}/holders`);
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
