import { setTimeout as pause } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import type { Image } from '../devices/kernel/images.ts';
import { type LockFile, releaseLockFile, tryLockFile } from '../devices/kernel/lock-file.ts';
import { withDescriptor } from '../devices/kernel/open-descriptor.ts';
import { operationFile, operationLock, operationText, removeOperationLock } from '../devices/operations.ts';
import { addon } from '../native/addon.ts';
import { Refusal } from '../words/refusal.ts';

/** Milliseconds to wait for an operation that is about to end, as a commit always is. */
const PATIENCE = 4000;
const PAUSE = 100;

/** The age at which proper-lockfile takes a lock for a dead one's, in milliseconds: never. The kernel's lock tells. */
const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * Runs an operation that lasts while nobody else has one on the same base. The kernel's lock on the operation's file goes
 * with its process, however that ends, and cannot be lost before; proper-lockfile's folder beside it, which it removes on
 * every way out that a program sees, is what the hot path looks for.
 * @param what `a revert`, `a trim`: others are told that it is running
 * @throws Refusal when another operation on the base is running
 */
export async function withOperation<Result>(
  base: Image,
  what: string,
  action: () => Promise<Result>,
): Promise<Result> {
  const file = operationFile(base.disk);
  const held = await acquire(base);
  try {
    // Whoever has left it is dead.
    removeOperationLock(base.disk);
    writeOperation(file, `${what} of ${base.path} (process ${process.pid})`);
    const release = await lock(file, {
      lockfilePath: operationLock(base.disk),
      realpath: false,
      stale: NEVER,
      update: 60_000,
      onCompromised: () => {},
    });
    try {
      return await action();
    } finally {
      // Somebody may have removed the folder: then there is nothing to give up.
      await release().catch(() => {});
    }
  } finally {
    releaseLockFile(held);
  }
}

/**
 * Looks at a template when no operation on it is under way: what one does meanwhile is neither what was before it nor what is to be.
 * @throws Refusal when another operation on the base is running, and what the look throws
 */
export async function betweenOperations<Result>(base: Image, look: () => Result): Promise<Result> {
  const held = await acquire(base);
  try {
    return look();
  } finally {
    releaseLockFile(held);
  }
}

async function acquire(base: Image): Promise<LockFile> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const held = tryLockFile(operationFile(base.disk));
    if (held !== undefined) return held;
    if (performance.now() >= end)
      throw new Refusal(`${operationText(base)} is running: wait until it is done`);
    await pause(PAUSE);
  }
}

function writeOperation(file: string, text: string): void {
  const { writeOnly, create, truncate, noFollow } = addon().openFlags;
  withDescriptor(addon().openFile(file, writeOnly | create | truncate | noFollow, 0o600), descriptor =>
    addon().writeText(descriptor, `${text}\n`),
  );
}
