import type { Sectors } from './units.ts';

/**
 * Whether a snapshot with chunks of this size may be told to take discards (discard_zeroes_cow).
 *
 * dm-snapshot gives its chunk size to the block layer as if its sectors were bytes (snapshot_io_hints in
 * drivers/md/dm-snap.c): chunks of less than 512 sectors come out as a granularity of no sector at all. Until Linux 6.12
 * that was harmless; since 6.13 (e924da7d6622, "block: Drop granularity check in queue_limit_discard_alignment()") the
 * kernel divides by it when such a table is loaded, and ends: a panic, seen on Linux 7.2.7.
 * @param release of the kernel, as /proc/sys/kernel/osrelease has it; undefined when it is not known
 */
export function takesDiscards(release: string | undefined, chunk: Sectors): boolean {
  if (chunk >= 512) return true;
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release ?? '') ?? [];
  if (major === undefined) return false;
  return Number(major) < 6 || (Number(major) === 6 && Number(minor) < 13);
}
