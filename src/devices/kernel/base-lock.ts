import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../answer/refusal.ts';
import type { ImageKey } from '../plan/image-key.ts';
import { withDescriptor } from './open-descriptor.ts';
import { patience } from './patience.ts';

/**
 * Only root may write in /run, so what is found there is root's own. Others may pass through to the links of libvirt's
 * domains (src/libvirt/domain-links.ts), but not look around; a lock can be opened by root alone.
 */
export const LOCK_FOLDER = '/run/block-snapshot';
export const LOCK_FOLDER_MODE = 0o711;

/** Long for all that a crowd of commands does under the lock, one after the other. */
const PATIENCE_MILLISECONDS = 30_000;

/**
 * Runs an action while holding the lock of a base: one command at a time changes the devices on it. The lock is the
 * kernel's (flock), so it goes with its process however that ends.
 * @throws Refusal when it cannot be had
 */
export function withBaseLock<Result>(base: ImageKey, action: () => Result): Result {
  const path = `${LOCK_FOLDER}/${base}.lock`;
  return withDescriptor(openLock(path), descriptor => {
    waitForLock(descriptor, path);
    return action();
  });
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

function waitForLock(descriptor: number, path: string): void {
  const limit = patience(PATIENCE_MILLISECONDS);
  const end = performance.now() + limit;
  for (let pause = 1; !addon().lockFile(descriptor); addon().sleepMilliseconds(pause)) {
    if (performance.now() >= end)
      throw new Refusal(
        `another command has held ${path} for ${Math.round(limit / 1000)} s: see who with fuser ${path}`,
      );
    pause = Math.min(pause * 2, 8);
  }
}
