import { host } from '../../host/host.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { removeIfThere } from './if-there.ts';
import { withDescriptor } from './open-descriptor.ts';

/**
 * Only root may write in /run, so what is found there is root's own. Others may pass through to the links of libvirt's
 * domains (src/libvirt/domain-links.ts), but not look around; a lock can be opened by root alone.
 */
export const LOCK_FOLDER = '/run/block-snapshot';
export const LOCK_FOLDER_MODE = 0o711;

/** A lock that this program holds. It is the kernel's (flock), so it goes with its process however that ends. */
export interface LockFile {
  path: string;
  descriptor: number;
}

/** @returns undefined where another holds it */
export function tryLockFile(path: string): LockFile | undefined {
  for (;;) {
    const descriptor = openLock(path);
    let standing: Standing;
    try {
      standing = addon().lockFile(descriptor) ? standingOf(path, descriptor) : 'taken';
    } catch (error) {
      addon().closeFile(descriptor);
      throw error;
    }
    if (standing === 'ours') return { path, descriptor };
    addon().closeFile(descriptor);
    if (standing === 'taken') return undefined;
  }
}

/**
 * Waits for a lock.
 * @param end when to have done with it, milliseconds since the program was started
 * @param limit what that was in milliseconds, for the message
 * @throws Refusal when another holds it until then
 */
export function waitForLockFile(path: string, end: number, limit: number): LockFile {
  for (let pause = 1; ; pause = Math.min(pause * 2, 8)) {
    const lock = tryLockFile(path);
    if (lock !== undefined) return lock;
    if (host.elapsed() >= end)
      throw new Refusal(
        `another command has held ${path} for ${Math.round(limit / 1000)} s: see who with fuser ${path}`,
      );
    addon().sleepMilliseconds(pause);
  }
}

export function releaseLockFile({ descriptor }: LockFile): void {
  addon().closeFile(descriptor);
}

/** The same for one that nobody will ask for again: its file goes too. Who waits for it sees that, and makes another. */
export function dropLockFile({ path, descriptor }: LockFile): void {
  withDescriptor(descriptor, () => removeIfThere(path));
}

/** Of a file whose lock was got: `removed` when its path has gone or is another file's, so that the lock is worth nothing. */
type Standing = 'ours' | 'taken' | 'removed';

/**
 * A lock file may be removed at any time, by us or by whoever cleans /run, and be made anew: the lock counts only on the
 * file that has the path. One that is new (empty, for who has proved this leaves a byte in it) may have come after one
 * that was removed while it was held: its holder is looked for, and has to end first.
 */
function standingOf(path: string, descriptor: number): Standing {
  const held = addon().descriptorStatus(descriptor);
  const named = addon().fileStatus(path);
  if (named === null || named.device !== held.device || named.inode !== held.inode) return 'removed';
  if (held.size > 0) return 'ours';
  if (addon().removedLockHolder(descriptor) !== 0) return 'taken';
  addon().growFile(descriptor, 1);
  return 'ours';
}

function openLock(path: string): number {
  const { openFile, openFlags, makeFolder } = addon();
  const open = () => openFile(path, openFlags.readWrite | openFlags.create | openFlags.noFollow, 0o600);
  try {
    try {
      return open();
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw error;
      makeFolder(LOCK_FOLDER, LOCK_FOLDER_MODE);
      return open();
    }
  } catch (error) {
    if (isSystemError(error, 'EACCES', 'EPERM'))
      throw new Refusal(`no permission to write ${path}: run as root`);
    if (isSystemError(error))
      throw new Refusal(`cannot write ${path} (${error.code}): /run has to be a writable filesystem`);
    throw error;
  }
}
