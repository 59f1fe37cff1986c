import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { folderOf } from '../plan/folder-of.ts';
import { removeIfThere } from './if-there.ts';
import { withDescriptor } from './open-descriptor.ts';

/** What filesystems say that know no files without a name (FAT, FUSE, NFS), and kernels that know none (man 2 open). */
const NO_TEMPORARY_FILES = ['EOPNOTSUPP', 'EISDIR', 'EINVAL', 'ENOSYS'];

/** What filesystems without hard links answer (man 2 link). */
const NO_HARD_LINKS = ['EPERM', 'EOPNOTSUPP', 'ENOSYS'];

/** BTRFS_SUPER_MAGIC of linux/magic.h. */
const BTRFS = 0x9123683e;

/** Whether a file could not be given a name because its filesystem has no hard links. */
export function hasNoHardLinks(error: unknown): boolean {
  return isSystemError(error, ...NO_HARD_LINKS);
}

/**
 * Makes a file that is never seen half: it gets its path when it is complete and on disk. Where its filesystem knows no
 * files without a name it has another one until then, which the next try clears away.
 * @throws SystemError; EEXIST, or a Refusal, when the path is taken
 */
export function makeWholeFile(path: string, mode: number, fill: (descriptor: number) => void): void {
  if (!makeNameless(path, mode, fill)) makeNamed(path, mode, fill);
}

/** @returns false where the filesystem cannot */
function makeNameless(path: string, mode: number, fill: (descriptor: number) => void): boolean {
  const { temporary, readWrite } = addon().openFlags;
  let descriptor: number;
  try {
    descriptor = addon().openFile(folderOf(path), temporary | readWrite, mode);
  } catch (error) {
    if (isSystemError(error, ...NO_TEMPORARY_FILES)) return false;
    throw error;
  }
  return withDescriptor(descriptor, () => {
    fill(descriptor);
    try {
      nameWhole(descriptor, path);
      return true;
    } catch (error) {
      // Overlays of some filesystems make such files and cannot name them.
      if (hasNoHardLinks(error) || isSystemError(error, 'ENOENT')) return false;
      throw error;
    }
  });
}

/**
 * Gives a file without a name, which is complete, its path, once it is on disk.
 * @throws SystemError; EEXIST when the path is taken
 */
export function nameWhole(descriptor: number, path: string): void {
  addon().syncFile(descriptor);
  addon().linkTemporaryFile(descriptor, path);
  // btrfs of Linux 6.1 logs no file without a name: once its folder is on disk it is there after a power cut, and empty.
  if (addon().filesystemType(descriptor) === BTRFS) addon().syncFile(descriptor);
}

function makeNamed(path: string, mode: number, fill: (descriptor: number) => void): void {
  const { create, exclusive, noFollow, readWrite } = addon().openFlags;
  const making = `${path}.making`;
  removeIfThere(making);
  try {
    withDescriptor(addon().openFile(making, create | exclusive | noFollow | readWrite, mode), descriptor => {
      fill(descriptor);
      addon().syncFile(descriptor);
    });
    if (addon().fileStatus(path) !== null)
      throw new Refusal(`${path} has been made by another in this moment: look again`);
    addon().renameFile(making, path);
  } catch (error) {
    removeIfThere(making);
    throw error;
  }
}
