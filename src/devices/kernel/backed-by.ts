import { addon, type LoopStatus } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import type { DeviceNumber } from '../plan/device-number.ts';
import { imageKey } from '../plan/image-key.ts';
import type { Image } from './images.ts';
import { blockDevicePath, openToRead, withDescriptor } from './open-descriptor.ts';

/** Whether a device of a table is the one that an image is reached by. */
export function isBackedBy(device: DeviceNumber, image: Image): boolean {
  return image.device === undefined ? loopServes(device, image) : image.device === device;
}

/** Whether what a loop device shows is its file from beginning to end. */
export function showsWhole(status: LoopStatus): boolean {
  return status.offset === 0n && status.sizeLimit === 0n;
}

/** Whether the loop device of this number is attached to the whole of the image. */
function loopServes(device: DeviceNumber, image: Image): boolean {
  const path = blockDevicePath(device);
  if (path === undefined || !/^\/dev\/loop\d+$/.test(path)) return false;
  return withDescriptor(openNode(path), descriptor => {
    const status = addon().loopStatus(descriptor);
    return status !== null && imageKey(status.device, status.inode) === image.key && showsWhole(status);
  });
}

function openNode(path: string): number {
  try {
    return openToRead(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) throw lostNode(path);
    throw error;
  }
}

/** What is said where the node of a loop device that is in use is lost. */
export function lostNode(path: string): Refusal {
  return new Refusal(
    `${path} is in use and its node is not there (lost or removed): make it anew, mknod ${path} b 7 ${path.replace(/\D/g, '')}`,
  );
}
