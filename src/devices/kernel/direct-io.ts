import { addon, type LoopStatus } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { warn } from '../../words/complaint.ts';
import { Refusal } from '../../words/refusal.ts';
import { SECTOR_BYTES } from '../plan/units.ts';
import type { Image } from './images.ts';
import { carriesOurs } from './in-the-way.ts';
import type { OpenLoop } from './loop-devices.ts';
import { openImage, openToRead, withDescriptor } from './open-descriptor.ts';

/** LO_FLAGS_DIRECT_IO of linux/loop.h. */
export const LOOP_DIRECT_IO = 16;

/** EXT4_SUPER_MAGIC and XFS_SUPER_MAGIC of linux/magic.h. */
const SAFE_FILESYSTEMS: readonly number[] = [0xef53, 0x58465342];

/**
 * The kernel's word is no proof. On FUSE, NFS, FAT and JFS direct I/O of a loop device under device-mapper made Linux 6.1
 * drop pages that others hold, and panic; on btrfs a guest that changes a buffer while it is written leaves blocks whose
 * checksum is wrong, which nobody can read any more.
 * @param file the image, open
 * @throws Refusal
 */
export function requireSafeDirectIo(file: number, image: Image): void {
  if (!isSafe(file))
    throw new Refusal(
      `${image.role} ${image.path} is on a filesystem where direct I/O is not known to be safe (it is on ext4 and XFS): ` +
        'set DIRECT_IO=off in /etc/block-snapshot.conf, or move it',
    );
}

/**
 * The kernel does without, in silence, where it cannot be done (drivers/block/loop.c): also where the disk below has larger
 * sectors than the 512 bytes that a VM sees.
 * @param loop the loop device, open
 * @throws Refusal
 */
export function requireDirectIo(loop: number, image: Image): void {
  if (((addon().loopStatus(loop)?.flags ?? 0) & LOOP_DIRECT_IO) === 0)
    throw new Refusal(
      `${image.role} ${image.path} is on a filesystem, or on a disk, that cannot do direct I/O in sectors of 512 bytes: ` +
        'set DIRECT_IO=off in /etc/block-snapshot.conf, or move it',
    );
}

/**
 * A loop device that somebody else has attached (or an earlier version, which believed the kernel) is used for what VMs
 * see as one of ours would be: where direct I/O is not known to be safe it is switched off, which loses nothing and may be
 * done while it is in use; and its sectors have 512 bytes.
 * @throws Refusal when VMs would see other sectors
 */
export function fitForVms(image: Image, loop: OpenLoop): OpenLoop {
  requireSectors(image, loop);
  const safe = () => withDescriptor(openImage(image, 'read'), isSafe);
  if ((loop.flags & LOOP_DIRECT_IO) === 0 || safe()) return loop;
  stopDirectIo(image, loop.path, loop.descriptor);
  return { ...loop, flags: loop.flags & ~LOOP_DIRECT_IO };
}

/**
 * The same of an image that is given as a loop device: what sectors it has is up to whoever gives it.
 * @param descriptor of the loop device
 */
export function fitGivenLoop(image: Image, descriptor: number): void {
  const status = addon().loopStatus(descriptor);
  if (status === null || (status.flags & LOOP_DIRECT_IO) === 0 || liesSafe(status, image)) return;
  stopDirectIo(image, image.path, descriptor);
}

/** Whether the file behind a loop device can be seen to be where direct I/O is safe. */
function liesSafe(status: LoopStatus, { device }: Image): boolean {
  const path = addon().readText(`/sys/dev/block/${device}/loop/backing_file`)?.replace(/\n$/, '');
  const found = path === undefined ? null : addon().resolveFile(path);
  if (found === null || found.device !== status.device || found.inode !== status.inode) return false;
  return withDescriptor(openToRead(found.path), isSafe);
}

function isSafe(file: number): boolean {
  return SAFE_FILESYSTEMS.includes(addon().filesystemType(file));
}

function stopDirectIo({ role, path }: Image, node: string, descriptor: number): void {
  try {
    addon().stopDirectIo(descriptor);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new Refusal(
      `${role} ${path} is attached to ${node} with direct I/O, which is not known to be safe on its filesystem, and ` +
        `which does not end (${error.code}): losetup --direct-io=off ${node}`,
    );
  }
}

function requireSectors(image: Image, loop: OpenLoop): void {
  const text = addon().readText(`/sys/dev/block/${loop.device}/queue/logical_block_size`)?.trim();
  if (text === String(SECTOR_BYTES)) return;
  const problem = `${image.role} ${image.path} is attached to ${loop.path} with sectors of ${text} bytes, where VMs see ${SECTOR_BYTES}`;
  // VMs have it so already, and another loop device beside it would be a second disk.
  if (!carriesOurs(loop.device))
    throw new Refusal(`${problem}: detach it (losetup -d ${loop.path}) and try again`);
  warn(`${problem}: it is attached anew when no VM uses it any more`);
}
