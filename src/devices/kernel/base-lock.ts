import { host } from '../../host/host.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import type { ImageKey } from '../plan/image-key.ts';
import type { Image } from './images.ts';
import {
  dropLockFile,
  LOCK_FOLDER,
  type LockFile,
  releaseLockFile,
  tryLockFile,
  waitForLockFile,
} from './lock-file.ts';
import { patience } from './patience.ts';

/** Long for all that a crowd of commands does under the lock, one after the other. */
const PATIENCE_MILLISECONDS = 30_000;

/** Another command has a cow that this one needs: everything is given back, and asked for again in order. */
export class CowTaken extends Error {}

/**
 * The locks of one command: one command at a time changes the devices on a base, and one makes something of a cow. A base
 * has the lock of its name, by which a cleanup knows it, and that of its disk, which for a file is the same.
 *
 * Nothing is waited for while something is held, unless all is asked for at once and in order: so no two commands can wait
 * for each other.
 */
export class DiskLocks {
  readonly #bases = new Map<string, LockFile>();
  readonly #cows = new Map<string, LockFile>();

  /**
   * Waits for the locks of a base, and of cows that another command was seen to have.
   * @throws Refusal when they cannot be had in time: there is one limit for all
   */
  wait(base: ImageKey | Image, cows: readonly Image[] = []): void {
    const ofBase = new Set<string>(typeof base === 'string' ? [base] : [base.key, base.disk]);
    for (const [name, lock] of waitForAll([...ofBase, ...cows.map(({ disk }) => disk)]))
      (ofBase.has(name) ? this.#bases : this.#cows).set(name, lock);
  }

  /** Takes the locks of cows that something is going to be made of. @throws CowTaken */
  takeCows(cows: readonly Image[]): void {
    for (const { disk } of cows) {
      if (this.#bases.has(disk) || this.#cows.has(disk)) continue;
      const lock = tryLockFile(lockPath(disk));
      if (lock === undefined) throw new CowTaken();
      this.#cows.set(disk, lock);
    }
  }

  release(): void {
    // A cow is seldom asked for twice: its file does not stay.
    for (const lock of this.#cows.values()) dropLockFile(lock);
    for (const lock of this.#bases.values()) releaseLockFile(lock);
  }
}

/** Waits for locks, in the order in which everybody does; each is given as soon as it is had. */
function* waitForAll(names: readonly string[]): Generator<[name: string, lock: LockFile]> {
  const limit = patience(PATIENCE_MILLISECONDS);
  const end = host.elapsed() + limit;
  for (const name of [...new Set(names)].sort()) yield [name, waitForLockFile(lockPath(name), end, limit)];
}

function lockPath(name: string): string {
  return `${LOCK_FOLDER}/${name}.lock`;
}

/**
 * Runs an action while holding the lock of a base.
 * @param base by its key where only that is known, from a device's name
 * @throws Refusal when it cannot be had
 */
export function withBaseLock<Result>(
  base: ImageKey | Image,
  action: (locks: DiskLocks) => Result,
  cows: readonly Image[] = [],
): Result {
  const locks = new DiskLocks();
  try {
    locks.wait(base, cows);
    return action(locks);
  } finally {
    locks.release();
  }
}

/**
 * The same with the locks of several things, by their names.
 * @param isOver whether, when all is done, nobody will ask for one of them again: its file goes
 * @throws Refusal when they cannot be had in time
 */
export function withLocks<Result>(
  names: readonly string[],
  action: () => Result,
  isOver: (name: string) => boolean = () => false,
): Result {
  const held = new Map<string, LockFile>();
  try {
    for (const [name, lock] of waitForAll(names)) held.set(name, lock);
    return action();
  } finally {
    for (const [name, lock] of held) (isTold(() => isOver(name)) ? dropLockFile : releaseLockFile)(lock);
  }
}

/** What cannot be told after all is done does not make that a failure: the file stays. */
function isTold(question: () => boolean): boolean {
  try {
    return question();
  } catch (error) {
    if (isSystemError(error) || error instanceof Refusal) return false;
    throw error;
  }
}
