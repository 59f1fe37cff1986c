// The log of dm-log-writes (Documentation/admin-guide/device-mapper/log-writes.rst, drivers/md/dm-log-writes.c): a
// sector with the number of entries, then for each entry a sector that describes it, and the bytes that were written.

const MAGIC = 0x6a736677736872n;
const FLAGS = { flush: 1n, fua: 2n, discard: 4n, mark: 8n } as const;
const SECTOR = 512;

/** One thing that reached the disk, in the order in which it did. */
export type LogEntry =
  | { kind: 'write'; position: number; bytes: Buffer }
  | { kind: 'discard'; position: number; length: number }
  | { kind: 'flush' }
  | { kind: 'mark'; name: string };

/** Reads a whole log. */
export function parseWriteLog(log: Buffer): LogEntry[] {
  if (log.readBigUInt64LE(0) !== MAGIC) throw new Error('this is no log of dm-log-writes');
  const count = Number(log.readBigUInt64LE(16));
  const sectorSize = log.readUInt32LE(24);
  const entries: LogEntry[] = [];
  let offset = sectorSize;
  for (let number = 0; number < count; number++) {
    const position = Number(log.readBigUInt64LE(offset)) * SECTOR;
    const length = Number(log.readBigUInt64LE(offset + 8)) * SECTOR;
    const flags = log.readBigUInt64LE(offset + 16);
    const dataLength = Number(log.readBigUInt64LE(offset + 24));
    const data = offset + sectorSize;
    offset = data;
    if ((flags & FLAGS.mark) !== 0n) {
      // The name lies behind the description, in the same sector.
      const name = log.subarray(data - sectorSize + 32, data - sectorSize + 32 + dataLength);
      entries.push({ kind: 'mark', name: name.toString('utf8').replace(/\0.*$/s, '') });
    } else if ((flags & FLAGS.discard) !== 0n) entries.push({ kind: 'discard', position, length });
    else if (length === 0) entries.push({ kind: 'flush' });
    else {
      entries.push({ kind: 'write', position, bytes: log.subarray(data, data + length) });
      offset += length;
    }
  }
  return entries;
}

/** Does to an image what an entry did to the disk. @returns whether the image is another one now */
export function replay(image: Buffer, entry: LogEntry): boolean {
  if (entry.kind === 'write') {
    const { position, bytes } = entry;
    if (image.subarray(position, position + bytes.length).equals(bytes)) return false;
    bytes.copy(image, position);
    return true;
  }
  if (entry.kind === 'discard') image.fill(0, entry.position, entry.position + entry.length);
  return entry.kind === 'discard';
}
