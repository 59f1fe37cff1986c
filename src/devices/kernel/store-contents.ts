import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import {
  areaPosition,
  chunkBytes,
  countExceptions,
  EXCEPTION_BYTES,
  exceptedChunk,
  exceptionsPerArea,
  HEADER_BYTES,
  keepingChunk,
  parseStoreHeader,
  type StoreHeader,
} from '../plan/exception-store.ts';
import { isOurChunk } from '../plan/settings.ts';
import { type Bytes, bytes, type Sectors } from '../plan/units.ts';

// The metadata of a first layer's store is the kernel's own writing: what VMs write goes into the chunks behind it.

/** What the beginning of an open cow says about it. A chunk size that is never ours is none to go by. */
export function readStoreHeader(descriptor: number): StoreHeader {
  const header = parseStoreHeader(addon().readAt(descriptor, 0, HEADER_BYTES));
  return header.kind === 'store' && !isOurChunk(header.chunk) ? { kind: 'foreign' } : header;
}

/** Whether a store keeps any block: two reads of 16 bytes. One that overflowed has kept some. */
export function keepsBlocks(descriptor: number): boolean {
  const header = readStoreHeader(descriptor);
  if (header.kind !== 'store') return false;
  if (!header.valid) return true;
  const first = addon().readAt(descriptor, areaPosition(0, header.chunk), EXCEPTION_BYTES);
  return countExceptions(first) > 0;
}

/** How many bytes of blocks a valid store keeps: one read for each GiB with chunks of 128 KiB. */
export function keptBytes(descriptor: number, header: StoreHeader): Bytes {
  if (header.kind !== 'store' || !header.valid) return bytes(0);
  let kept = 0;
  for (const { count } of areasOf(descriptor, header.chunk)) kept += count;
  return bytes(kept * chunkBytes(header.chunk));
}

/** A piece of a store's metadata. */
interface Area {
  metadata: ArrayBuffer;
  /** How many exceptions are in it. */
  count: number;
  /** Where it ends in the store. */
  end: number;
}

/** The metadata of a valid store, area after area: they are full but for the last one. */
function* areasOf(descriptor: number, chunk: Sectors): Generator<Area> {
  const perArea = exceptionsPerArea(chunk);
  for (let area = 0, count = perArea; count === perArea; area++) {
    const position = areaPosition(area, chunk);
    const metadata = addon().readAt(descriptor, position, chunkBytes(chunk));
    count = countExceptions(metadata);
    yield { metadata, count, end: position + chunkBytes(chunk) };
  }
}

/**
 * Proves that a file holds all that its store names: one that was cut short, or not copied to its end, would give zeros, or
 * what is under it, for what is missing. Asked before a file is made larger, after which it could not be told.
 * @throws Refusal
 */
export function requireWholeStore(descriptor: number, path: string): void {
  const header = readStoreHeader(descriptor);
  const { kind, size } = addon().descriptorStatus(descriptor);
  if (header.kind !== 'store' || !header.valid || kind !== 'file') return;
  let needed = 0;
  for (const { metadata, count, end } of areasOf(descriptor, header.chunk)) {
    needed = Math.max(needed, end);
    for (let index = 0; index < count; index++)
      needed = Math.max(needed, (keepingChunk(metadata, index) + 1) * chunkBytes(header.chunk));
    if (needed > size) break;
  }
  if (needed > size)
    throw new Refusal(
      `cow ${path} is cut short: it has ${size} bytes, and its store names blocks up to ${needed} at least, so that some are ` +
        'lost; put a whole copy of it there, or give another',
    );
}

/** A part of a device, in bytes; the end is behind the last. */
export interface Range {
  start: number;
  end: number;
}

/** The parts of its base that a valid store keeps, in order; undefined where it is none. */
export function keptRanges(descriptor: number): Range[] | undefined {
  const header = readStoreHeader(descriptor);
  if (header.kind !== 'store' || !header.valid) return undefined;
  const ranges: Range[] = [];
  for (const { start, length } of [...keptChunks(descriptor)].sort((one, other) => one.start - other.start)) {
    const last = ranges.at(-1);
    if (last !== undefined && last.end === start) last.end += length;
    else ranges.push({ start, end: start + length });
  }
  return ranges;
}

/** A chunk of its base that a store keeps; all in bytes. */
export interface KeptChunk {
  /** Where it begins in the base. */
  start: number;
  length: number;
  /** Where the store keeps it. */
  kept: number;
}

/** The chunks that a store keeps; none where it is no valid one. */
export function* keptChunks(descriptor: number): Generator<KeptChunk> {
  const header = readStoreHeader(descriptor);
  if (header.kind !== 'store' || !header.valid) return;
  const length = chunkBytes(header.chunk);
  for (const { metadata, count } of areasOf(descriptor, header.chunk))
    for (let index = 0; index < count; index++)
      yield {
        start: exceptedChunk(metadata, index) * length,
        length,
        kept: keepingChunk(metadata, index) * length,
      };
}
