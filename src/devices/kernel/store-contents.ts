import { addon } from '../../native/addon.ts';
import {
  areaPosition,
  chunkBytes,
  countExceptions,
  EXCEPTION_BYTES,
  exceptedChunk,
  exceptionsPerArea,
  HEADER_BYTES,
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

/** The metadata of a valid store, area after area: they are full but for the last one. */
function* areasOf(descriptor: number, chunk: Sectors): Generator<{ metadata: ArrayBuffer; count: number }> {
  const perArea = exceptionsPerArea(chunk);
  for (let area = 0, count = perArea; count === perArea; area++) {
    const metadata = addon().readAt(descriptor, areaPosition(area, chunk), chunkBytes(chunk));
    count = countExceptions(metadata);
    yield { metadata, count };
  }
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
  const size = chunkBytes(header.chunk);
  const chunks: number[] = [];
  for (const { metadata, count } of areasOf(descriptor, header.chunk))
    for (let index = 0; index < count; index++) chunks.push(exceptedChunk(metadata, index));
  const ranges: Range[] = [];
  for (const chunk of chunks.sort((one, other) => one - other)) {
    const last = ranges.at(-1);
    if (last !== undefined && last.end === chunk * size) last.end += size;
    else ranges.push({ start: chunk * size, end: (chunk + 1) * size });
  }
  return ranges;
}
