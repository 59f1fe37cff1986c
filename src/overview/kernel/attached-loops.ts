import { Refusal } from '../../devices/answer/refusal.ts';
import { openToRead, withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import { deviceNumberOf } from '../../devices/plan/device-number.ts';
import { type ImageKey, imageKey } from '../../devices/plan/image-key.ts';
import { bytes } from '../../devices/plan/units.ts';
import { addon, type FileStatus } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import type { BackingFile, LoopDevice } from '../facts.ts';

/** What the kernel puts behind the path of a file that has no name any more (fs/d_path.c). */
const DELETED = ' (deleted)';

/** All loop devices that are attached to a file, in the order of their numbers. */
export function readAttachedLoops(): LoopDevice[] {
  return addon()
    .listFolder('/sys/block')
    .filter(name => /^loop\d+$/.test(name))
    .sort((a, b) => Number(a.slice('loop'.length)) - Number(b.slice('loop'.length)))
    .flatMap(name => readLoop(name) ?? []);
}

function readLoop(name: string): LoopDevice | undefined {
  const shown = readQuietly(`/sys/block/${name}/loop/backing_file`);
  if (shown === null) return undefined;
  const node = `/dev/${name}`;
  const status = readStatus(node);
  if (status === undefined) return undefined;
  const { device, key, whole } = status;
  return { node, device, key, whole, file: locateFile(shown.replace(/\n$/, ''), key, quietStatus) };
}

/** Undefined for one that is free. */
function readStatus(node: string): Pick<LoopDevice, 'device' | 'key' | 'whole'> | undefined {
  try {
    return withDescriptor(openToRead(node), descriptor => {
      const status = addon().loopStatus(descriptor);
      if (status === null) return undefined;
      return {
        device: deviceNumberOf(addon().descriptorStatus(descriptor).rdev),
        key: imageKey(status.device, status.inode),
        whole: status.offset === 0n && status.sizeLimit === 0n,
      };
    });
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENXIO', 'ENODEV')) return undefined;
    if (isSystemError(error, 'EACCES', 'EPERM'))
      throw new Refusal(`no permission to look at ${node}: run as root`);
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
