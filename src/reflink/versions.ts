import { namesIfThere, statusIfThere } from '../devices/kernel/if-there.ts';
import { folderOf } from '../devices/plan/folder-of.ts';
import { type ImageKey, imageKey } from '../devices/plan/image-key.ts';
import { parseVersionName } from '../devices/plan/reflink-names.ts';
import type { Volume } from './volume.ts';

/** A version of a template, or of a disk that is kept, as it lies in its folder. */
export interface Version {
  path: string;
  key: ImageKey;
  /** Undefined for the newest, which is X.img itself, and for what old releases have named. */
  number: number | undefined;
  /** When it was last changed, as its name says or, of the newest, as the file itself: milliseconds since 1970. */
  changed: number;
  /** Bytes. */
  size: number;
  /** Bytes that it takes on its filesystem, though it may share them. */
  allocated: number;
}

/** The newest version, and all that are kept of former runs, from the last one to the oldest. */
export function versionsOf(volume: Volume): Version[] {
  const newest = statusIfThere(volume.image);
  const present: Version[] =
    newest === undefined ? [] : [describe(volume.image, undefined, newest.modified, newest)];
  return [...present, ...revisionsOf(volume).toReversed()];
}

/**
 * Those that are kept of former runs, the oldest first. What a killed commit has given a second name counts but once: it still is
 * the newest.
 */
export function revisionsOf(volume: Volume): Version[] {
  const newest = statusIfThere(volume.image);
  const folder = folderOf(volume.image);
  return namesIfThere(folder)
    .flatMap(name => {
      const parsed = parseVersionName(volume.image, name);
      const status = parsed && statusIfThere(folder + name);
      if (parsed === undefined || status?.kind !== 'file') return [];
      const revision = describe(folder + name, parsed.number, Date.parse(`${parsed.time}Z`), status);
      return newest !== undefined && revision.key === imageKey(newest.device, newest.inode) ? [] : [revision];
    })
    .sort((one, other) => (one.number ?? 0) - (other.number ?? 0) || one.changed - other.changed);
}

function describe(
  path: string,
  number: number | undefined,
  changed: number,
  status: { device: bigint; inode: bigint; size: number; allocated: number },
): Version {
  const { device, inode, size, allocated } = status;
  return { path, key: imageKey(device, inode), number, changed, size, allocated };
}
