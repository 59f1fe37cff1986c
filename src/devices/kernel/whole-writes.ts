import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { warn } from '../../words/complaint.ts';
import type { DeviceNumber } from '../plan/device-number.ts';
import { isLoopNumber } from '../plan/disk-key.ts';
import { parseSnapshotTable } from '../plan/snapshot-table.ts';
import { withDescriptor } from './open-descriptor.ts';

/** KiB: a page of the kernel, the least that it takes, and a block of the filesystems that images lie on. */
const ONE_BLOCK = '4';

/**
 * Has a loop device write block by block, for as long as bytes are copied there that nobody else has. The kernel's loop driver takes
 * a write that the filesystem of its file has cut short, because it became full, for a whole one (lo_complete_rq of
 * drivers/block/loop.c: with direct I/O ever since, through the page cache since Linux 6.15 and in stable kernels from before):
 * what a VM reads there afterwards are zeros. Of a single block there is no part: it is written, or the kernel hears that it was not.
 * Nothing for any other device. Where it cannot be done that is said.
 */
export function keepWritesWhole(device: DeviceNumber): void {
  if (!isLoopNumber(device)) return;
  try {
    setLargest(device, ONE_BLOCK);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    warn(
      `/sys/dev/block/${device}/queue/max_sectors_kb cannot be set (${error.code}): should the filesystem of its file become full, ` +
        'blocks may be lost there without an error',
    );
  }
}

/** Ends that. Where it cannot be ended, or the device has gone, nothing is said: it costs time alone. */
export function endWholeWrites(device: DeviceNumber): void {
  if (!isLoopNumber(device)) return;
  try {
    const set = addon().readText(`/sys/dev/block/${device}/queue/max_sectors_kb`)?.trim();
    // What loop devices begin with is the most that their driver takes; only newer kernels (6.3) know a word for that.
    const most = addon().readText(`/sys/dev/block/${device}/queue/max_hw_sectors_kb`)?.trim();
    if (set === ONE_BLOCK && most !== undefined) setLargest(device, most);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** The device that the store of a snapshot lies on; undefined where that has no table. */
export function storeDevice(name: string): DeviceNumber | undefined {
  return parseSnapshotTable(addon().deviceTable(name)?.targets ?? [])?.cow;
}

/** @param kibibytes the longest request that is made of it. @throws SystemError */
function setLargest(device: DeviceNumber, kibibytes: string): void {
  const path = `/sys/dev/block/${device}/queue/max_sectors_kb`;
  withDescriptor(addon().openFile(path, addon().openFlags.writeOnly, 0), descriptor =>
    addon().writeText(descriptor, kibibytes),
  );
}
