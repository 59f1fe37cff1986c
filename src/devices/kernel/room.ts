import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { sizeText } from '../../words/sizes.ts';
import { CONFIGURATION_FILE } from '../configuration.ts';
import { CHUNK, chunkBytes } from '../plan/exception-store.ts';
import { type Bytes, bytes } from '../plan/units.ts';
import { mountOf } from './mounts.ts';

// Asked where something failed, where a run ends, and by list: what starts a VM asks no filesystem for room.

/** What a filesystem has left. */
export interface Room {
  /** Where it is mounted; undefined where the kernel does not tell. */
  point: string | undefined;
  /** Bytes in all, and left: what df calls so. Of more, which ext4 keeps back, the kernel promises nothing to anybody. */
  all: Bytes;
  available: Bytes;
}

/** What is needed to begin a store: its header, and its first metadata chunk. */
const BEGINNING = 2 * chunkBytes(CHUNK);

/** The room on the filesystem that a path is on; undefined where that has no bound, or does not tell. */
export function roomOf(path: string): Room | undefined {
  try {
    const { all, available } = addon().filesystemRoom(path);
    if (all === 0) return undefined;
    return { point: mountOf(path)?.point, all: bytes(all), available: bytes(available) };
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** Whether no store can be begun on the filesystem that a path is on, as far as it tells. */
export function isFull(path: string): boolean {
  try {
    const { all, available } = addon().filesystemRoom(path);
    return all !== 0 && available < BEGINNING;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** `its filesystem, mounted on /var, is full (12 KiB left)`; `… has 3.0 GiB left`; empty where it does not tell. */
export function roomText(path: string): string {
  const room = roomOf(path);
  if (room === undefined) return '';
  const { point, available } = room;
  const where = `its filesystem${point === undefined ? '' : `, mounted on ${point},`}`;
  const left = `${sizeText(available)} left`;
  return available < BEGINNING ? `${where} is full (${left})` : `${where} has ${left}`;
}

/**
 * What is to be said of a file that could not be given its size; undefined for any other error.
 * @param path that is there on the same filesystem
 */
export function noRoomText(error: unknown, path: string, size: Bytes): string | undefined {
  if (isSystemError(error, 'ENOSPC'))
    return `${roomText(path) || 'its filesystem is full'}, and ${sizeText(size)} are needed: make room there`;
  if (isSystemError(error, 'EDQUOT'))
    return `the quota of its owner on its filesystem is used up, and ${sizeText(size)} are needed: make room there`;
  if (isSystemError(error, 'EFBIG'))
    return `its filesystem, or ulimit -f, takes no file of ${sizeText(size)}: lift that limit, or move the template to another`;
  return undefined;
}

/** BTRFS_SUPER_MAGIC of linux/magic.h; ZFS_SUPER_MAGIC of OpenZFS, which answers that it has reserved and has not. */
const BTRFS = 0x9123683e;
const ZFS = 0x2fc12fc1;

/** Whether what is written in a file gets new blocks each time. @throws SystemError */
export function isCopiedOnWrite(descriptor: number): boolean {
  const type = addon().filesystemType(descriptor);
  return type === ZFS || (type === BTRFS && !addon().isNoCopyOnWrite(descriptor));
}

/** What filesystems answer that cannot reserve (man 2 fallocate). */
const CANNOT_RESERVE = ['EOPNOTSUPP', 'ENOSYS', 'ENODEV', 'EINVAL'];

/**
 * Takes the blocks of a new file before they are needed.
 * @returns what is in the way of that: undefined when they are there
 * @throws SystemError
 */
export function reserve(descriptor: number, size: Bytes): string | undefined {
  if (isCopiedOnWrite(descriptor))
    return (
      'its filesystem writes changed blocks elsewhere, so that no reservation lasts: ' +
      `${addon().filesystemType(descriptor) === BTRFS ? 'chattr +C its folder, or ' : ''}set RESERVE=off in ${CONFIGURATION_FILE}`
    );
  try {
    addon().reserveFile(descriptor, size);
    return undefined;
  } catch (error) {
    if (isSystemError(error, ...CANNOT_RESERVE))
      return `its filesystem cannot reserve (${error.code}): set RESERVE=off in ${CONFIGURATION_FILE}, or move it`;
    throw error;
  }
}
