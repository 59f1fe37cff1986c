import { Refusal } from '../../devices/answer/refusal.ts';
import { deviceNumberOf } from '../../devices/plan/device-number.ts';
import { type ImageKey, imageKey } from '../../devices/plan/image-key.ts';
import { bytes } from '../../devices/plan/units.ts';
import { type AttachedLoop, addon, type FileStatus } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import type { BackingFile, LoopDevice } from '../facts.ts';

/** What the kernel puts behind the path of a file that has no name any more (fs/d_path.c). */
const DELETED = ' (deleted)';

/**
 * All loop devices that are attached to a file, in the order of their numbers.
 * @throws Refusal when there is no permission to ask them
 */
export function readAttachedLoops(): LoopDevice[] {
  return askLoops()
    .sort((a, b) => Number(a.rdev - b.rdev))
    .map(({ name, rdev, device, inode, offset, sizeLimit, file }) => {
      const key = imageKey(device, inode);
      return {
        node: `/dev/${name}`,
        device: deviceNumberOf(rdev),
        key,
        whole: offset === 0n && sizeLimit === 0n,
        file: locateFile(file.replace(/\n$/, ''), key, quietStatus),
      };
    });
}

function askLoops(): AttachedLoop[] {
  try {
    return addon().attachedLoops();
  } catch (error) {
    if (isSystemError(error, 'EACCES', 'EPERM'))
      throw new Refusal('no permission to look at loop devices (/dev/loop*): run as root');
    throw error;
  }
}

/**
 * Finds out whether the path that sysfs shows for a loop device leads to the file behind it.
 * @param shown the path as the kernel has it now, with " (deleted)" behind it where the file lost that name
 * @param statusOf what is at a path: null for nothing, undefined where it cannot be looked at
 */
export function locateFile(
  shown: string,
  key: ImageKey,
  statusOf: (path: string) => FileStatus | null | undefined,
): BackingFile {
  const nowhere = { size: undefined, allocated: undefined };
  if (shown === '') return { path: undefined, place: 'unreachable', ...nowhere };
  const direct = statusOf(shown);
  if (isFile(direct, key)) return presentFile(shown, direct);
  if (!shown.endsWith(DELETED)) return { path: shown, place: 'unreachable', ...nowhere };
  const path = shown.slice(0, -DELETED.length);
  const there = statusOf(path);
  // It was given the same name again.
  if (isFile(there, key)) return presentFile(path, there);
  if (there === undefined) return { path, place: 'unreachable', ...nowhere };
  return { path, place: there === null ? 'deleted' : 'replaced', ...nowhere };
}

function isFile(status: FileStatus | null | undefined, key: ImageKey): status is FileStatus {
  return status !== null && status !== undefined && imageKey(status.device, status.inode) === key;
}

function presentFile(path: string, { size, allocated }: FileStatus): BackingFile {
  return { path, place: 'present', size: bytes(size), allocated: bytes(allocated) };
}

/** What is at a path; undefined where it cannot be looked at. */
export function quietStatus(path: string): FileStatus | null | undefined {
  try {
    return addon().fileStatus(path);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** A file of sysfs; null where there is none, or its device has gone in this moment. */
export function readQuietly(path: string): string | null {
  try {
    return addon().readText(path);
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}
