import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { warn } from '../../words/complaint.ts';
import type { DeviceNumber } from '../plan/device-number.ts';
import { isLoopNumber } from '../plan/disk-key.ts';
import { parseSnapshotTable } from '../plan/snapshot-table.ts';
import { patience } from './patience.ts';

/** For what is under way to a store; a busy disk needs less. */
const PATIENCE_MILLISECONDS = 2000;

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
  let why: string;
  try {
    if (addon().writeAttribute(limitOf(device), ONE_BLOCK, soon())) return;
    why = 'what is under way to it does not come to its end';
  } catch (error) {
    if (!isSystemError(error)) throw error;
    why = error.code;
  }
  warn(
    `${limitOf(device)} cannot be set (${why}): should the filesystem of its file become full, ` +
      'blocks may be lost there without an error',
  );
}

/** Ends that. Where it cannot be ended, or the device has gone, nothing is said: it costs time alone. */
export function endWholeWrites(device: DeviceNumber): void {
  if (!isLoopNumber(device)) return;
  try {
    // What loop devices begin with is the most that their driver takes; only newer kernels (6.3) know a word for that.
    addon().copyAttribute(attributeOf(device, 'max_hw_sectors_kb'), limitOf(device), ONE_BLOCK, soon());
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** The device that the store of a snapshot lies on; undefined where that has no table. */
export function storeDevice(name: string): DeviceNumber | undefined {
  return parseSnapshotTable(addon().deviceTable(name)?.targets ?? [])?.cow;
}

function limitOf(device: DeviceNumber): string {
  return attributeOf(device, 'max_sectors_kb');
}

function attributeOf(device: DeviceNumber, name: string): string {
  return `/sys/dev/block/${device}/queue/${name}`;
}

/**
 * Milliseconds. The kernel lets nothing begin while it changes a limit, until all that is under way is done (blk_mq_freeze_queue),
 * which a server that has died holds up for as long as it likes; who reads a limit waits for that too.
 */
function soon(): number {
  return patience(PATIENCE_MILLISECONDS);
}
