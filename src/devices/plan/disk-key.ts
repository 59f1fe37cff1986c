import type { DeviceNumber } from './device-number.ts';
import type { ImageKey } from './image-key.ts';

/**
 * What a lock, an origin and every check go by: the disk itself, whatever it is called and by whichever node it is
 * reached. A file's is its image key, also where it is reached by a loop device; any other block device's is its number.
 * Devices have their names by the image key, which others compute too.
 */
export type DiskKey = string & { readonly kind: 'disk key' };

export function fileDisk(key: ImageKey): DiskKey {
  return key as string as DiskKey;
}

export function blockDisk(device: DeviceNumber): DiskKey {
  return `block-${device}` as DiskKey;
}

/** LOOP_MAJOR of linux/major.h. */
export function isLoopNumber(device: DeviceNumber): boolean {
  return device.startsWith('7:');
}

/**
 * Whether an image is a block device that is no file's: its bytes are its storage's affair, and it is known by its name.
 * @param device the image's, undefined of a file
 */
export function isOfStorage(device: DeviceNumber | undefined): boolean {
  return device !== undefined && !isLoopNumber(device);
}
