import { addon } from '../../native/addon.ts';
import { parseDeviceName, snapshotPrefix } from '../plan/device-names.ts';
import type { DeviceNumber } from '../plan/device-number.ts';
import { isLoopNumber } from '../plan/disk-key.ts';
import { type ImageKey, imageKey } from '../plan/image-key.ts';
import { parseSnapshotTable } from '../plan/snapshot-table.ts';
import type { Image } from './images.ts';
import type { OpenFile } from './label-file.ts';
import { backingFileIn } from './loop-questions.ts';
import { blockDevicePath, openImage, openToRead, withDescriptor } from './open-descriptor.ts';

/** Runs an action with each store, open, that keeps what a base is going to lose: those of its first layers. */
export function forLiveStores(base: ImageKey, action: (store: OpenFile) => void): void {
  const prefix = snapshotPrefix(base);
  for (const name of addon().deviceNames()) {
    const identity = name.startsWith(prefix) ? parseDeviceName(name) : undefined;
    if (identity?.type !== 'snapshot' || identity.cows.length > 1) continue;
    const table = parseSnapshotTable(addon().deviceTable(name)?.targets ?? []);
    if (table !== undefined) withFileBehind(table.cow, action);
  }
}

/** Runs an action with the file that a base is; undefined for a block device that is none. */
export function withBaseFile<Result>(base: Image, action: (file: OpenFile) => Result): Result | undefined {
  if (base.device !== undefined) return withFileBehind(base.device, action);
  return withDescriptor(openImage(base, 'read'), descriptor => action({ descriptor, path: base.path }));
}

/**
 * Runs an action with the file that a loop device is attached to. Where that has no name any more, or its path leads to
 * another, nothing is done: nobody can find it again. Nor is anything for other block devices.
 */
export function withFileBehind<Result>(
  device: DeviceNumber,
  action: (file: OpenFile) => Result,
): Result | undefined {
  const key = isLoopNumber(device) ? fileKey(device) : undefined;
  const path = key === undefined ? undefined : backingFileIn(`/sys/dev/block/${device}`);
  if (path === undefined || addon().fileStatus(path)?.kind !== 'file') return undefined;
  return withDescriptor(openToRead(path), descriptor => {
    const { device: filesystem, inode } = addon().descriptorStatus(descriptor);
    return imageKey(filesystem, inode) === key ? action({ descriptor, path }) : undefined;
  });
}

function fileKey(loop: DeviceNumber): ImageKey | undefined {
  const path = blockDevicePath(loop);
  if (path === undefined) return undefined;
  const status = withDescriptor(openToRead(path), descriptor => addon().loopStatus(descriptor));
  return status === null || status.fileRdev !== 0n ? undefined : imageKey(status.device, status.inode);
}
