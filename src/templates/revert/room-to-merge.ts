import { closeBaseVersion, openBaseVersion, readBaseVersion } from '../../devices/kernel/base-version.ts';
import { type Image, openStore } from '../../devices/kernel/images.ts';
import { openImage, withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import { isCopiedOnWrite, noRoomText, roomOf, roomText } from '../../devices/kernel/room.ts';
import { keptRanges, type Range } from '../../devices/kernel/store-contents.ts';
import { type Bytes, bytes } from '../../devices/plan/units.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { sizeText } from '../../words/sizes.ts';

/** What filesystems answer that give no blocks ahead (man 2 fallocate): there nobody can tell. */
const GIVES_NONE = ['EOPNOTSUPP', 'ENOSYS', 'ENODEV', 'EINVAL'];

/**
 * Gives an image blocks of its own wherever stores are going to be merged into it: where it shares them with another file, or has a
 * hole, the kernel needs new ones, and not every kernel says so when there are none. Linux 7.2 took a write to a loop device that its
 * filesystem had cut short for a whole one, and ended the merge as done (6.1 says that it failed). The caller holds the base's lock.
 * @param stores paths
 * @throws Refusal where there is no room, with no byte changed
 */
export function takeRoomToMerge(base: Image, stores: readonly string[]): void {
  if (base.device !== undefined) return;
  const ranges = stores.flatMap(path => withDescriptor(openStore(path), keptRanges) ?? []);
  withDescriptor(openImage(base, 'write'), descriptor => {
    requireRoom(base, descriptor, ranges);
    const file = { descriptor, path: base.path };
    const version = readBaseVersion(file, false);
    // It gets another time by that, and holds what it held: where a merge has not said yet that it writes.
    const holds = version.label?.open === undefined ? version.is : undefined;
    if (holds !== undefined) openBaseVersion(file, version, holds);
    try {
      for (const range of ranges) takeBlocks(base, descriptor, range, ranges);
    } finally {
      if (holds !== undefined) closeBaseVersion(file, holds);
    }
  });
}

/** Where whatever is written gets new blocks, those that are given ahead are of no use. */
function requireRoom(base: Image, descriptor: number, ranges: readonly Range[]): void {
  const needed = lengthOf(ranges);
  if (isCopiedOnWrite(descriptor) && (roomOf(base.path)?.available ?? needed) < needed)
    throw notNow(base, `${roomText(base.path)}, and ${sizeText(needed)} are needed: make room there`);
}

function takeBlocks(base: Image, descriptor: number, { start, end }: Range, all: readonly Range[]): void {
  try {
    addon().ownBlocks(descriptor, start, Math.min(end, base.size) - start);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const { message } = error;
    if (isSystemError(error, ...GIVES_NONE)) return;
    throw notNow(base, noRoomText(error, base.path, lengthOf(all)) ?? `${message}: mend that`);
  }
}

function lengthOf(ranges: readonly Range[]): Bytes {
  return bytes(ranges.reduce((sum, { start, end }) => sum + end - start, 0));
}

function notNow({ path }: Image, reason: string): Refusal {
  return new Refusal(`runs of ${path} cannot be undone now: ${reason}, then try again; nothing is lost`);
}
