import { setImmediate as breathe } from 'node:timers/promises';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Addresses, stretchesOf } from '../dedupe/addresses.ts';
import { BLOCK } from '../dedupe/blocks.ts';

/** Bytes after which others get their turn. */
const PIECE = 16 * 1024 * 1024;

/** A chunk in which two files are not the same: which, and what the first has there. */
export interface Difference {
  number: number;
  bytes: Uint8Array;
}

/**
 * The chunks in which one file is another than the other, in order. What they share is not read.
 * @param size bytes of both
 * @param chunk bytes
 * @param report is told how far it has come, in bytes
 */
export async function* differences(
  one: number,
  other: number,
  size: number,
  chunk: number,
  report: (position: number) => void,
): AsyncGenerator<Difference> {
  const shared = [addressesOf(one), addressesOf(other)] as const;
  let breathed = 0;
  for (let position = 0; ; ) {
    const next = nextData(one, other, position);
    if (next === undefined || next >= size) return;
    const number = Math.floor(next / chunk);
    position = (number + 1) * chunk;
    if (!areAtOnePlace(shared, number * chunk, Math.min(position, size))) {
      const [bytes, others] = [one, other].map(file =>
        Buffer.from(addon().readAt(file, number * chunk, chunk)),
      ) as [Buffer, Buffer];
      if (!bytes.equals(others)) yield { number, bytes };
    }
    report(Math.min(position, size));
    if (position - breathed < PIECE) continue;
    breathed = position;
    await breathe();
  }
}

/** Where the next bytes of either of them are that are no hole. */
function nextData(one: number, other: number, position: number): number | undefined {
  const starts = [one, other].flatMap(file => addon().nextData(file, position)?.start ?? []);
  return starts.length === 0 ? undefined : Math.min(...starts);
}

/** Where their blocks lie; nowhere on filesystems that do not tell. */
function addressesOf(file: number): Addresses {
  try {
    return new Addresses(stretchesOf(file));
  } catch (error) {
    if (isSystemError(error, 'EOPNOTSUPP', 'ENOTTY')) return new Addresses([]);
    throw error;
  }
}

/** Whether both have the same blocks there, so that their bytes are the same. */
function areAtOnePlace([one, other]: readonly [Addresses, Addresses], start: number, end: number): boolean {
  for (let block = start / BLOCK; block * BLOCK < end; block++) {
    const address = one.of(block);
    if (address === undefined || address !== other.of(block)) return false;
  }
  return true;
}
