import { addon } from '../../native/addon.ts';
import type { SystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { folderOf } from '../plan/folder-of.ts';
import type { Image } from './images.ts';
import { mountOf } from './mounts.ts';
import { openToRead, withDescriptor } from './open-descriptor.ts';
import { noRoomText } from './room.ts';

// Asked only where a file could not be cloned: the kernel says no more than a number.

/**
 * What is to be said of a clone that could not be made.
 * @param from the source, open
 * @param path of what was to be the clone
 */
export function cloneRefusal(error: SystemError, source: Image, from: number, path: string): Refusal {
  const subject = `${path} cannot be made a clone of ${source.role} ${source.path}`;
  const full = noRoomText(error, folderOf(path), source.size);
  return new Refusal(`${subject}: ${full ?? reasonOf(error, source, from, folderOf(path))}`);
}

function reasonOf({ code, operation }: SystemError, source: Image, from: number, folder: string): string {
  switch (code) {
    case 'EOPNOTSUPP':
    case 'ENOTTY':
    case 'ENOSYS':
      return `${filesystemText(folder)} does not clone files: use btrfs, or XFS as mkfs.xfs makes it (reflink=1), or a disk of type snapshot`;
    case 'EXDEV':
      return `${folder} is on another filesystem: move one of them, both have to be on the same`;
    case 'EINVAL':
      return writtenDifferently(from, folder) ?? `its filesystem refuses (EINVAL): see dmesg`;
    case 'ETXTBSY':
      return 'one of them is in use as swap: switch that off first (swapoff)';
    case 'EROFS':
      return 'its filesystem is read-only: make it writable';
    case 'EACCES':
    case 'EPERM':
      return `no permission (${code}): run as root, and see lsattr -d ${folder} ${source.path}`;
    case 'ENOENT':
      return `the folder ${folder} is not there: make it first`;
    case 'EIO':
      return 'its filesystem has an error (EIO): see dmesg';
    default:
      return `${code}, ${operation}: mend that`;
  }
}

/** `/var/lib/qubes, of type ext4,` or less, where the kernel does not tell. */
function filesystemText(folder: string): string {
  const mount = mountOf(folder);
  return mount === undefined ? 'its filesystem' : `its filesystem (${mount.type}, mounted on ${mount.point})`;
}

/** btrfs refuses clones between files of which one is written in place and the other is not. */
function writtenDifferently(from: number, folder: string): string | undefined {
  const inPlace = addon().isNoCopyOnWrite(from);
  if (inPlace === withDescriptor(openToRead(folder), descriptor => addon().isNoCopyOnWrite(descriptor)))
    return undefined;
  return inPlace
    ? `it is written in place (chattr +C), and what is made in ${folder} is not: chattr +C ${folder}, or copy it to a file that is not`
    : `what is made in ${folder} is written in place (chattr +C), and it is not: chattr -C ${folder}`;
}
