import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { nodeOf, parseDeviceName } from '../plan/device-names.ts';
import { type DeviceNumber, deviceNumberOf } from '../plan/device-number.ts';
import { blockDisk, type DiskKey, fileDisk, isLoopNumber } from '../plan/disk-key.ts';
import { type ImageKey, imageKey } from '../plan/image-key.ts';
import type { ImageRole } from '../request/image-path.ts';
import { madeOfOthers } from '../request/stack-request.ts';
import { mapperNameOf } from './mapper-name.ts';
import { blockDevicePath, openImage, openToRead, withDescriptor } from './open-descriptor.ts';

/** More loop devices on loop devices than anybody has. */
const DEEPEST = 8;

/**
 * The disk that a block device is: of a loop device, the file that it is attached to, however many loop devices lie
 * between.
 * @throws Refusal when it is one of our own devices: what VMs write must not become what others are based on
 */
export function diskBehind(
  image: { role: ImageRole; path: string; key: ImageKey },
  device: DeviceNumber,
): DiskKey {
  let number = device;
  for (let depth = 0; depth < DEEPEST && isLoopNumber(number); depth++) {
    const status = readLoop(image, number, depth === 0);
    if (status === null) break;
    if (status.fileRdev === 0n) return fileDisk(imageKey(status.device, status.inode));
    number = deviceNumberOf(status.fileRdev);
  }
  const name = mapperNameOf(number) ?? '';
  if (parseDeviceName(name) !== undefined)
    throw madeOfOthers(`${image.role} ${image.path} is ${nodeOf(name)}, which was`);
  return blockDisk(number);
}

function readLoop(
  image: { role: ImageRole; path: string; key: ImageKey },
  number: DeviceNumber,
  isGiven: boolean,
) {
  try {
    const path = isGiven ? image.path : (blockDevicePath(number) ?? image.path);
    return withDescriptor(isGiven ? openImage(image, 'read') : openToRead(path), descriptor =>
      addon().loopStatus(descriptor),
    );
  } catch (error) {
    if (isSystemError(error, 'EACCES', 'EPERM'))
      throw new Refusal(`no permission to look at ${image.role} ${image.path}: run as root`);
    if (isSystemError(error, 'ENXIO', 'ENODEV', 'ENOENT')) return null;
    throw error;
  }
}
