import { type Bytes, bytes } from './units.ts';

const MEBIBYTE = 1024 ** 2;

/** What a VM's volatile disk begins with: the partition table, and what is left free behind it. */
const TABLE = 1;

/**
 * How large a VM's volatile disk has to be so that all of its root can be written: the table, the swap, and a store with the
 * metadata of a thin pool (4 MiB, and 64 bytes for each block of 64 KiB). As etc/vm/store.sh reckons inside the VM.
 */
export function volatileSize(root: Bytes, swap: Bytes): Bytes {
  const data = Math.ceil(root / MEBIBYTE) + 4;
  return bytes((TABLE + Math.ceil(swap / MEBIBYTE) + data + Math.ceil(data / 1023)) * MEBIBYTE);
}
