import { type Bytes, bytes, SECTOR_BYTES, type Sectors, sectors } from './units.ts';

/** The chunk of our snapshots unless the configuration says otherwise: 128 KiB, as Qubes' devices have always had it. */
export const CHUNK: Sectors = sectors(256);

/** An exception on disk is two 64-bit numbers (struct disk_exception, drivers/md/dm-snap-persistent.c). */
export const EXCEPTION_BYTES = 16;

export function chunkBytes(chunk: Sectors): Bytes {
  return bytes(chunk * SECTOR_BYTES);
}

/** How many exceptions one metadata chunk holds. */
export function exceptionsPerArea(chunk: Sectors): number {
  return chunkBytes(chunk) / EXCEPTION_BYTES;
}

/** Little-endian "SnAp", the magic number of dm-snap-persistent.c. */
const MAGIC = 0x70416e53;

/** Bytes of a store's header that say what it is: magic, valid, version, chunk size; 32 bits each. */
export const HEADER_BYTES = 16;

/**
 * The size at which a store cannot overflow, even when every chunk of the device is written: the chunks, the
 * metadata chunks for as many exceptions, the header, and the metadata chunk that is begun ahead.
 */
export function storeSize(device: Sectors, chunk: Sectors = CHUNK): Bytes {
  const chunks = Math.ceil(device / chunk);
  return bytes((chunks + Math.ceil(chunks / exceptionsPerArea(chunk)) + 2) * chunkBytes(chunk));
}

/** What the first bytes of a cow say about it. */
export type StoreHeader =
  | { kind: 'blank' }
  | { kind: 'store'; valid: boolean; chunk: Sectors }
  | { kind: 'foreign' };

/** Reads a header of HEADER_BYTES bytes. Only the kernel writes it: what VMs write goes into the chunks behind. */
export function parseStoreHeader(header: ArrayBuffer): StoreHeader {
  const view = new DataView(header);
  const magic = view.getUint32(0, true);
  if (magic === 0) return { kind: 'blank' };
  const chunk = sectors(view.getUint32(12, true));
  if (magic !== MAGIC || !isPowerOfTwo(chunk)) return { kind: 'foreign' };
  return { kind: 'store', valid: view.getUint32(4, true) !== 0, chunk };
}

/** The version of what is on disk (SNAPSHOT_DISK_VERSION). */
const DISK_VERSION = 1;

/** The beginning of a valid store, for whoever writes a whole one: HEADER_BYTES bytes. */
export function printStoreHeader(chunk: Sectors): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES));
  for (const [index, word] of [MAGIC, 1, DISK_VERSION, chunk].entries())
    view.setUint32(4 * index, word, true);
  return new Uint8Array(view.buffer);
}

/** The kernel takes no other (dm_exception_store_set_chunk_size). */
function isPowerOfTwo(value: number): boolean {
  return value > 0 && value < 2 ** 31 && (value & (value - 1)) === 0;
}

/**
 * Where the metadata chunks of a store lie: each is followed by the chunks that its exceptions name
 * (area_location, drivers/md/dm-snap-persistent.c).
 * @param index from 0
 */
export function areaPosition(index: number, chunk: Sectors): Bytes {
  return bytes((1 + index * (exceptionsPerArea(chunk) + 1)) * chunkBytes(chunk));
}

/**
 * The chunk of a store that keeps the block of its n-th exception, where they are kept in order: behind the header, with a metadata
 * chunk before as many as that names.
 * @param number from 0
 */
export function chunkOfException(number: number, chunk: Sectors): number {
  return 2 + number + Math.floor(number / exceptionsPerArea(chunk));
}

/** How many exceptions a piece of metadata begins with: the first one that names no chunk is behind the last. */
export function countExceptions(metadata: ArrayBuffer): number {
  const words = new Uint32Array(metadata);
  const total = Math.floor(metadata.byteLength / EXCEPTION_BYTES);
  for (let index = 0; index < total; index++)
    if (words[index * 4 + 2] === 0 && words[index * 4 + 3] === 0) return index;
  return total;
}

/** The chunk of the store that keeps it: the second. */
export function keepingChunk(metadata: ArrayBuffer, index: number): number {
  return Number(new DataView(metadata).getBigUint64(index * EXCEPTION_BYTES + 8, true));
}

/** The chunk of the base that an exception stands for: the first of its two numbers. */
export function exceptedChunk(metadata: ArrayBuffer, index: number): number {
  return Number(new DataView(metadata).getBigUint64(index * EXCEPTION_BYTES, true));
}

/** Writes an exception into a piece of metadata. @param keeping the chunk of the store that keeps it */
export function setException(metadata: ArrayBuffer, index: number, excepted: number, keeping: number): void {
  const view = new DataView(metadata);
  view.setBigUint64(index * EXCEPTION_BYTES, BigInt(excepted), true);
  view.setBigUint64(index * EXCEPTION_BYTES + 8, BigInt(keeping), true);
}
