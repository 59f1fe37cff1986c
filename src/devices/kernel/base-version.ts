import { addon } from '../../native/addon.ts';
import { type BaseLabel, contentVersion, randomVersion, type Version, withVersions } from '../plan/label.ts';
import { waitUntilPast } from './file-clock.ts';
import { type OpenFile, readBaseLabel, writeBaseLabel } from './label-file.ts';

/** What is known of an image's bytes. */
export interface BaseVersion {
  /** The versions that they are, all the same; undefined where that cannot be told, as in the middle of a run. */
  is: readonly Version[] | undefined;
  /** What they may still be, where a power cut has ended a run that is not known to have written anything. */
  maybe: readonly Version[];
  /** Where what wrote to the image last has not noted its end: it was killed, or the power failed. */
  unended: 'in this boot' | 'before' | undefined;
  /** 0 where the filesystem gives a file another number from time to time. */
  inode: bigint;
  /** When it was last changed, in nanoseconds since 1970. */
  changed: bigint;
  /** What was noted on it, by us or by what it was copied from. */
  label: BaseLabel | undefined;
}

/** FAT, exFAT, FUSE, CIFS, SMB2 and SMB of linux/magic.h, and overlay: their inodes may have other numbers each time. */
const CHANGING_INODES: readonly number[] = [
  0x4d44, 0x2011bab0, 0x65735546, 0xff534d42, 0xfe534d42, 0x517b, 0x794c7630,
];

/**
 * What an image holds: what it was left with by us, where its size and its time are as they were then.
 * @param written whether an origin or a merge writes to it now
 */
export function readBaseVersion(file: OpenFile, written: boolean): BaseVersion {
  const { inode, size, changed } = statusOf(file);
  const label = readBaseLabel(file);
  const known = { maybe: [], unended: undefined, inode, changed, label };
  if (label?.open !== undefined && label.inode === inode && label.size <= size) {
    if (written) return { ...known, is: label.is };
    const here = label.open.boot === thisBoot();
    const unended = { ...known, unended: here ? ('in this boot' as const) : ('before' as const) };
    const unchanged = label.size === size && label.modified === changed;
    if (unchanged && here) return { ...unended, is: withVersions(label.open.before, label.is) };
    // It has not been given an earlier time, nor been changed since this machine was started anew.
    if (changed >= label.modified && (here || isOfEarlierBoot(changed)))
      return { ...unended, is: label.is, maybe: unchanged ? label.open.before : [] };
  } else if (written) {
    // Begun by a program that knew no labels.
    return { ...known, is: undefined };
  }
  if (label !== undefined && label.open === undefined && label.size === size && label.modified === changed)
    return { ...known, is: label.is };
  return { ...known, is: [contentVersion(inode, size, changed)] };
}

function statusOf({ descriptor }: OpenFile): { inode: bigint; size: number; changed: bigint } {
  const { inode, size, changed } = addon().descriptorStatus(descriptor);
  return {
    inode: CHANGING_INODES.includes(addon().filesystemType(descriptor)) ? 0n : inode,
    size,
    changed,
  };
}

/** Whether a file has not been changed since this machine was started. */
function isOfEarlierBoot(changed: bigint): boolean {
  const uptime = Number(addon().readText('/proc/uptime')?.split(' ', 1)[0] ?? Number.NaN);
  const now = Date.now();
  if (!Number.isFinite(uptime)) return false;
  // What is of a time that is still to come was not written since then: the clock was another.
  return changed < milliseconds(now - uptime * 1000) || changed > milliseconds(now);
}

function milliseconds(time: number): bigint {
  return BigInt(Math.floor(time)) * 1_000_000n;
}

function thisBoot(): string {
  return addon().readText('/proc/sys/kernel/random/boot_id')?.slice(0, 8) ?? '00000000';
}

export function newVersion(): Version {
  return randomVersion(addon().readText('/proc/sys/kernel/random/uuid') ?? '');
}

/**
 * Notes on an image, and on disk, that it is going to be written.
 * @param becomes what it holds from now on: no other is going to have been it
 */
export function openBaseVersion(file: OpenFile, version: BaseVersion, becomes: readonly Version[]): void {
  const { inode, size, changed } = statusOf(file);
  // Whether it was written is seen from its time.
  waitUntilPast(changed);
  writeBaseLabel(file, {
    is: becomes,
    inode,
    size,
    modified: changed,
    open: { boot: thisBoot(), before: version.is ?? [] },
  });
  addon().syncFile(file.descriptor);
}

/**
 * Notes on an image that is not written any more how it was left. Where nothing has changed it is what it was before, too.
 * @param becomes what it holds; without it, what was noted when it was begun to be written
 */
export function closeBaseVersion(file: OpenFile, becomes?: readonly Version[]): void {
  const label = readBaseLabel(file);
  if (label?.open === undefined) return;
  addon().syncFile(file.descriptor);
  const { inode, size, changed } = statusOf(file);
  if (label.inode !== inode || label.size > size) return;
  const unchanged = becomes === undefined && changed === label.modified && label.size === size;
  writeBaseLabel(file, {
    is: becomes ?? (unchanged ? withVersions(label.open.before, label.is) : label.is),
    inode,
    size,
    modified: changed,
    open: undefined,
  });
  // What changes it from now on has another time.
  waitUntilPast(changed);
}
