import { rmdirSync } from 'node:fs';
import { check, lock } from 'proper-lockfile';
import { Refusal } from '../devices/answer/refusal.ts';
import type { Image } from '../devices/kernel/images.ts';
import { LOCK_FOLDER, LOCK_FOLDER_MODE } from '../devices/kernel/lock-file.ts';
import { withDescriptor } from '../devices/kernel/open-descriptor.ts';
import { operationFile, operationLock } from '../devices/operations.ts';
import type { ImageKey } from '../devices/plan/image-key.ts';
import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';

/** Milliseconds without a sign of life after which a lock's holder is taken for dead, and between two signs. */
const STALE = 3000;
const UPDATE = 1000;

/** Longer than a killed holder's lock lives on. */
const PATIENCE = { retries: 16, factor: 1, minTimeout: 250, maxTimeout: 250 };

/**
 * Runs an operation that lasts while nobody else has one on the same base. The lock says to others what goes on; what
 * keeps the files safe is the base's own lock (flock), for a lock of this kind can be lost when the machine sleeps.
 * @param what `a revert`, `a trim`: others are told that it is running
 * @throws Refusal when another operation on the base is running
 */
export async function withOperation<Result>(
  base: Image,
  what: string,
  action: () => Promise<Result>,
): Promise<Result> {
  const file = operationFile(base.key);
  makeLockFolder();
  const release = await acquire(base);
  try {
    writeOperation(file, `${what} of ${base.path} (process ${process.pid})`);
    return await action();
  } finally {
    // It may be another's by now: then it is not ours to give up.
    await release().catch(() => {});
  }
}

async function acquire(base: Image): Promise<() => Promise<void>> {
  const file = operationFile(base.key);
  if (holderIsGone(base.key)) removeLock(base.key);
  try {
    return await lock(file, {
      lockfilePath: operationLock(base.key),
      realpath: false,
      stale: STALE,
      update: UPDATE,
      retries: PATIENCE,
      onCompromised: () => {},
    });
  } catch (error) {
    if (!isSystemError(error, 'ELOCKED')) throw error;
    const other = addon().readText(file)?.trim() || `another operation on ${base.path}`;
    throw new Refusal(`${other} is running: wait until it is done`);
  }
}

/** Whether whoever has the lock of a base is there, and gives signs of life. */
export async function operationLives(base: ImageKey): Promise<boolean> {
  if (holderIsGone(base)) return false;
  return check(operationFile(base), {
    lockfilePath: operationLock(base),
    realpath: false,
    stale: STALE,
  });
}

/** Removes the lock of a base that a killed holder has left. */
export async function dropStaleLock(base: ImageKey): Promise<void> {
  if (holderIsGone(base)) removeLock(base);
  const release = await lock(operationFile(base), {
    lockfilePath: operationLock(base),
    realpath: false,
    stale: STALE,
    onCompromised: () => {},
  });
  await release();
}

/** The signs of life go by the clock, which may be set back: a process that is not there is no holder. */
function holderIsGone(base: ImageKey): boolean {
  const holder = /\(process (\d+)\)$/.exec(addon().readText(operationFile(base))?.trim() ?? '')?.[1];
  return holder !== undefined && addon().fileStatus(`/proc/${holder}`) === null;
}

function removeLock(base: ImageKey): void {
  try {
    rmdirSync(operationLock(base));
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

function makeLockFolder(): void {
  try {
    addon().makeFolder(LOCK_FOLDER, LOCK_FOLDER_MODE);
  } catch (error) {
    if (isSystemError(error, 'EACCES', 'EPERM'))
      throw new Refusal(`no permission to write ${LOCK_FOLDER}: run as root`);
    if (isSystemError(error))
      throw new Refusal(`cannot make ${LOCK_FOLDER} (${error.code}): /run has to be a writable filesystem`);
    throw error;
  }
  if (addon().fileStatus(LOCK_FOLDER)?.user !== process.getuid?.())
    throw new Refusal(`no permission to write ${LOCK_FOLDER}: run as root`);
}

function writeOperation(file: string, text: string): void {
  const { writeOnly, create, truncate, noFollow } = addon().openFlags;
  withDescriptor(addon().openFile(file, writeOnly | create | truncate | noFollow, 0o600), descriptor =>
    addon().writeText(descriptor, `${text}\n`),
  );
}
