import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { nodeOf, parseDeviceName } from '../plan/device-names.ts';
import { type ImageKey, imageKey } from '../plan/image-key.ts';
import { parseSnapshotTable } from '../plan/snapshot-table.ts';
import { backingFile } from './loop-questions.ts';
import { blockDevicePath, openImage, openToRead, withDescriptor } from './open-descriptor.ts';
import { roomText } from './room.ts';
import { readStoreHeader } from './store-contents.ts';

/** Where the header of a store says whether it is valid (struct disk_header of drivers/md/dm-snap-persistent.c). */
const VALID = { position: 4, length: 4 };

/**
 * Sees to it that the store of a snapshot that the kernel has given up says so on disk, before its device goes: where the
 * filesystem writes changed blocks elsewhere (btrfs) and is full, the kernel could not write that, and what is on disk
 * looks like a whole store. Whoever used it then would get a mixture of two versions.
 * @throws Refusal when it cannot be written
 */
export function noteInvalid(name: string): void {
  const cow = cowOf(name);
  if (cow === undefined) return;
  withDescriptor(openImage(cow, 'write'), descriptor => {
    const header = readStoreHeader(descriptor);
    if (header.kind !== 'store' || !header.valid) return;
    try {
      if (!writeInvalid(descriptor)) makeRoomAndWrite(descriptor);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      throw cannotBeMarked(name, cow.path, `${error.code}; ${roomText(cow.path)}`);
    }
  });
}

function cannotBeMarked(name: string, cow: string, reason: string): Refusal {
  return new Refusal(
    `${nodeOf(name)} overflowed, and its cow ${cow} cannot be marked as Invalid (${reason}): ` +
      'it stays as long as that is so; mend that, then try again',
  );
}

/** @returns false where there is no room for it */
function writeInvalid(descriptor: number): boolean {
  try {
    addon().writeZeros(descriptor, VALID.position, VALID.length);
    addon().syncFile(descriptor);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOSPC', 'EDQUOT', 'EIO')) return false;
    throw error;
  }
}

/** What a store that is lost keeps is of no use to anybody, and takes the room that is missing. */
function makeRoomAndWrite(descriptor: number): void {
  const { size } = addon().descriptorStatus(descriptor);
  const header = 4096;
  addon().digHole(descriptor, header, size - header);
  addon().syncFile(descriptor);
  addon().writeZeros(descriptor, VALID.position, VALID.length);
  addon().syncFile(descriptor);
}

/**
 * The file or the block device that is the cow of a snapshot; undefined for a file that has lost its name: nobody can begin it
 * again.
 * @throws Refusal when another file is where the kernel has it
 */
function cowOf(name: string): { role: string; path: string; key: ImageKey } | undefined {
  const identity = parseDeviceName(name);
  const table = parseSnapshotTable(addon().deviceTable(name)?.targets ?? []);
  const node = table === undefined ? undefined : blockDevicePath(table.cow);
  if (node === undefined || identity?.type !== 'snapshot') return undefined;
  const device = node.slice('/dev/'.length);
  const isLoop = /^loop\d+$/.test(device);
  const path = isLoop ? backingFile(device) : node;
  const found = path === undefined ? undefined : addon().fileStatus(path);
  if (path === undefined || !found) return undefined;
  const key = imageKey(found.device, found.inode);
  if (isLoop && key !== identity.cows.at(-1)) {
    const header = withDescriptor(openToRead(node), readStoreHeader);
    if (header.kind === 'store' && header.valid)
      throw cannotBeMarked(name, path, 'another file has its name');
    return undefined;
  }
  return { role: 'cow', path, key };
}
