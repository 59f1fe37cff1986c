/** Lengths that cannot be mixed up: device-mapper and loop devices count in sectors, files in bytes. */
export type Sectors = number & { readonly unit: 'sectors' };
export type Bytes = number & { readonly unit: 'bytes' };

/** The kernel's sector: 512 bytes, whatever the disk's own is (linux/types.h). */
export const SECTOR_BYTES = 512;

export function sectors(count: number): Sectors {
  return count as Sectors;
}

export function bytes(count: number): Bytes {
  return count as Bytes;
}

/** Whole sectors only: bytes behind the last full one do not count, as with losetup. */
export function sectorsOf(length: Bytes): Sectors {
  return Math.floor(length / SECTOR_BYTES) as Sectors;
}
