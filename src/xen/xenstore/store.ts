import { host } from '../../host/host.ts';
import { addon } from '../../native/addon.ts';
import { Connection, PATIENCE_MILLISECONDS } from './connection.ts';
import { isXenstoreError, XenstoreError } from './error.ts';
import { LONGEST_PAYLOAD, latin1, MESSAGE, type RequestType } from './wire.ts';

/** Longest pause between two attempts at a transaction. */
const LONGEST_PAUSE_MILLISECONDS = 16;

/** XENSTORE_ABS_PATH_MAX of xs_wire.h; a relative path may be 2048 bytes. */
const LONGEST_PATH = 3072;

/** What can be done with xenstore, within a transaction or without. Paths are absolute, or relative to the own domain. */
export class Store {
  protected readonly connection: Connection;
  readonly #transactionId: number;

  constructor(connection: Connection, transactionId = 0) {
    this.connection = connection;
    this.#transactionId = transactionId;
  }

  /**
   * The value of a node.
   * @returns undefined where there is no such node
   * @throws XenstoreError when it is no text (not UTF-8, or with a NUL)
   */
  read(path: string): string | undefined {
    let value: Uint8Array;
    try {
      value = this.ask(MESSAGE.read, 'read', path);
    } catch (error) {
      if (isXenstoreError(error, 'ENOENT')) return undefined;
      throw error;
    }
    const text = host.textOf(value);
    if (!same(host.bytesOf(text), value))
      throw new XenstoreError(`${path} in xenstore is not UTF-8`, 'EILSEQ');
    if (text.includes('\0')) throw new XenstoreError(`${path} in xenstore has a NUL in it`, 'EILSEQ');
    return text;
  }

  /** Writes a node; what is missing above it is made. */
  write(path: string, value: string): void {
    this.ask(MESSAGE.write, 'write', path, value);
  }

  /** Removes a node and all under it; one that is gone already is a success. */
  remove(path: string): void {
    try {
      this.ask(MESSAGE.remove, 'remove', path);
    } catch (error) {
      if (!isXenstoreError(error, 'ENOENT')) throw error;
    }
  }

  /** The names of the nodes directly under one; none where it is not there. */
  directory(path: string): string[] {
    try {
      const names = latin1(this.ask(MESSAGE.directory, 'list', path)).split('\0');
      return names.filter(name => name !== '');
    } catch (error) {
      if (isXenstoreError(error, 'ENOENT')) return [];
      throw error;
    }
  }

  protected ask(type: RequestType, verb: string, path: string, value = ''): Uint8Array {
    if (path === '' || path.includes('\0') || host.bytesOf(path).length > LONGEST_PATH)
      throw new XenstoreError(`a path of ${path.length} characters is none for xenstore`, 'EINVAL');
    const payload = host.bytesOf(`${path}\0${value}`);
    if (payload.length > LONGEST_PAYLOAD)
      throw new XenstoreError(`the value for ${path} in xenstore is longer than 4 KiB`, 'E2BIG');
    return this.connection.exchange({
      type,
      transactionId: this.#transactionId,
      payload,
      shown: `${verb} ${path}`,
    });
  }
}

/** Xenstore as it is reached from here. */
export class Xenstore extends Store {
  /** Gives xenstore its 5 seconds anew. */
  restartClock(): void {
    this.connection.restartClock();
  }

  /**
   * Runs an action in a transaction: all of it happens, or nothing. When something else changed what it has seen
   * (EAGAIN), it runs again, with pauses that grow, as long as there is time.
   */
  transaction<Result>(action: (store: Store) => Result): Result {
    for (let pause = 1; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS)) {
      const again = pause > 1;
      try {
        const id = this.#startTransaction();
        const result = this.#within(id, action);
        if (this.#commitTransaction(id)) return result;
      } catch (error) {
        // Time ran out at some message of the last attempt, which is not what is wrong.
        if (again && isXenstoreError(error, 'ETIMEDOUT')) throw neverAgreed();
        throw error;
      }
      if (this.connection.timeLeft() <= pause) throw neverAgreed();
      addon().sleepMilliseconds(pause);
    }
  }

  #within<Result>(id: number, action: (store: Store) => Result): Result {
    try {
      return action(new Store(this.connection, id));
    } catch (error) {
      this.#abandonTransaction(id);
      throw error;
    }
  }

  #startTransaction(): number {
    const answer = this.connection.exchange({
      type: MESSAGE.startTransaction,
      transactionId: 0,
      payload: host.bytesOf('\0'),
      shown: 'start transaction',
    });
    const id = Number(/^(\d{1,10})\0?$/.exec(latin1(answer))?.[1] ?? 0);
    if (id < 1 || id > 0xffffffff)
      throw new XenstoreError('xenstore broke its protocol: a transaction without a number', 'EPROTO');
    return id;
  }

  /** False when xenstore wants it tried again. */
  #commitTransaction(id: number): boolean {
    try {
      this.#endTransaction(id, 'T');
      return true;
    } catch (error) {
      if (isXenstoreError(error, 'EAGAIN')) return false;
      throw error;
    }
  }

  #abandonTransaction(id: number): void {
    try {
      this.#endTransaction(id, 'F');
    } catch {
      // It ends with the connection at the latest; the error that is on its way says more.
    }
  }

  #endTransaction(id: number, verdict: 'T' | 'F'): void {
    this.connection.exchange({
      type: MESSAGE.endTransaction,
      transactionId: id,
      payload: host.bytesOf(`${verdict}\0`),
      shown: 'end transaction',
    });
  }
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

function neverAgreed(): XenstoreError {
  return new XenstoreError(
    `xenstore did not take a transaction within ${PATIENCE_MILLISECONDS / 1000} s (EAGAIN again and again): what changes the same nodes all the time?`,
    'EAGAIN',
  );
}

/**
 * Runs an action with a connection to xenstore. It has 5 seconds for all of it, unless the action restarts the clock.
 * @throws XenstoreError
 */
export function withXenstore<Result>(action: (store: Xenstore) => Result): Result {
  const connection = new Connection();
  try {
    return action(new Xenstore(connection));
  } finally {
    connection.close();
  }
}
