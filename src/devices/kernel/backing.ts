import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import type { DeviceNumber } from '../plan/device-number.ts';
import { isLoopNumber } from '../plan/disk-key.ts';
import { type Bytes, type Sectors, sectorsOf } from '../plan/units.ts';
import { fitForVms, fitGivenLoop } from './direct-io.ts';
import type { HeldDescriptors } from './held-descriptors.ts';
import type { Image } from './images.ts';
import { carriesOurs, inTheWay } from './in-the-way.ts';
import { attachLoop, LOOP_READ_ONLY, type OpenLoop } from './loop-devices.ts';
import { descriptorSectors, openImage, withDescriptor } from './open-descriptor.ts';

/** The block device that an image is reached by. */
export interface Backing {
  device: DeviceNumber;
  size: Sectors;
}

/**
 * The base as a block device. One loop device serves all who use the file, because device-mapper finds the snapshots
 * of an origin by its block device: a template written through a second one would change the disks of running VMs.
 * @param loop the one that the file has already
 * @param writable whether an origin has to write to it
 */
export function openBase(
  base: Image,
  loop: OpenLoop | undefined,
  writable: boolean,
  held: HeldDescriptors,
): Backing {
  if (base.device !== undefined) {
    if (writable) requireWritable(base, base.device);
    return openGivenDevice(base, base.device, held);
  }
  const attached =
    loop === undefined ? attachBase(base, writable, held) : useOrPass(base, loop, writable, held);
  if (writable && (attached.flags & LOOP_READ_ONLY) !== 0)
    throw new Refusal(
      `base ${base.path} is attached read-only to ${attached.path}, which carries the disks of VMs, and an origin has to ` +
        'write to it: stop those VMs first (block-snapshot list shows them)',
    );
  return loopBacking(attached, base.size);
}

/**
 * A read-only loop device without a device of ours is somebody's look into the image (losetup -r, mount -o ro). It can write
 * nothing past the origin, and nothing of ours is put on it: a template could not start before the last VM on it has gone.
 */
export function isLook(loop: OpenLoop): boolean {
  return (loop.flags & LOOP_READ_ONLY) !== 0 && !carriesOurs(loop.device);
}

/** @throws Refusal when somebody's look is mounted, and an origin would change what he sees */
function useOrPass(base: Image, loop: OpenLoop, writable: boolean, held: HeldDescriptors): OpenLoop {
  if (!isLook(loop)) return fitForVms(base, loop);
  const mounted = writable ? inTheWay(base, loop.device) : undefined;
  if (mounted !== undefined) throw mounted;
  return attachBase(base, writable, held);
}

function attachBase(base: Image, writable: boolean, held: HeldDescriptors): OpenLoop {
  const { descriptor, readOnly } = openBaseFile(base, writable);
  return withDescriptor(descriptor, () => attachLoop(base, descriptor, readOnly, held));
}

/** For writing wherever the filesystem allows it: the same loop device may have to serve an origin later. */
function openBaseFile(base: Image, writable: boolean): { descriptor: number; readOnly: boolean } {
  try {
    return { descriptor: openImage(base, 'write'), readOnly: false };
  } catch (error) {
    if (!isSystemError(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
    if (writable)
      throw new Refusal(
        error.code === 'EROFS'
          ? `base ${base.path} is on a read-only filesystem: an origin has to write to it`
          : `base ${base.path} cannot be written (${error.code}), and an origin has to: run as root, and see lsattr ${base.path}`,
      );
    // An image that nobody can write (chattr +i, fs-verity) serves VMs as one on a read-only filesystem does.
    return { descriptor: openBaseToRead(base), readOnly: true };
  }
}

function openBaseToRead(base: Image): number {
  try {
    return openImage(base, 'read');
  } catch (error) {
    if (isSystemError(error, 'EACCES', 'EPERM'))
      throw new Refusal(`no permission to read base ${base.path}: run as root`);
    throw error;
  }
}

/**
 * The kernel lets a read-only block device be opened for writing, and refuses the writes: it is asked.
 * @throws Refusal when the base is a block device that cannot be written
 */
function requireWritable(base: Image, device: DeviceNumber): void {
  if (addon().readText(`/sys/dev/block/${device}/ro`)?.trim() !== '0')
    throw new Refusal(
      `base ${base.path} is a block device that cannot be written, and an origin has to: see blockdev --getro ${base.path}`,
    );
}

/**
 * A loop device with the size that its file has now: one that was attached when the file was smaller shows the rest
 * once it is told to look again.
 */
export function loopBacking(loop: OpenLoop, fileSize: Bytes): Backing {
  const { device, descriptor } = loop;
  const size = descriptorSectors(descriptor);
  if (size >= sectorsOf(fileSize)) return { device, size };
  addon().refreshLoopSize(descriptor);
  return { device, size: descriptorSectors(descriptor) };
}

/** An image that is a block device itself. */
export function openGivenDevice(image: Image, device: DeviceNumber, held: HeldDescriptors): Backing {
  const descriptor = held.hold(openImage(image, 'read'));
  if (isLoopNumber(device)) fitGivenLoop(image, descriptor);
  const size = descriptorSectors(descriptor);
  if (size === 0) throw new Refusal(`${image.role} ${image.path} is empty: the block device has no sectors`);
  return { device, size };
}
