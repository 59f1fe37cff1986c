/** Bytes of a block: what XFS and btrfs share at least on a machine whose pages are as large. */
export const BLOCK = 4096;

/**
 * Blocks of the shortest run that is shared. Each run is an extent of its own from then on, and every clone of the file pays
 * for its extents: what would be won by shorter ones is not worth that.
 */
export const SHORTEST = 4;
