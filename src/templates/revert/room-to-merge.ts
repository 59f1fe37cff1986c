import { type Image, openStore } from '../../devices/kernel/images.ts';
import { openImage, withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import { isCopiedOnWrite, roomOf, roomText } from '../../devices/kernel/room.ts';
import { keptRanges, type Range } from '../../devices/kernel/store-contents.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { sizeText } from '../../words/sizes.ts';

/**
 * Proves that there is room for what stores write when they are merged into an image: where it shares blocks with another file, or has
 * holes, the kernel needs new ones, and not every kernel says so when there are none. Linux 7.2 took a write to a loop device that its
 * filesystem had cut short for a whole one, and ended the merge as done (6.1 says that it failed).
 * @param stores paths
 * @throws Refusal
 */
export function requireRoomToMerge(base: Image, stores: readonly string[]): void {
  if (base.device !== undefined) return;
  const ranges = stores.flatMap(path => withDescriptor(openStore(path), keptRanges) ?? []);
  const needed = withDescriptor(openImage(base, 'read'), descriptor => {
    const newBytes = isCopiedOnWrite(descriptor) ? ({ start, end }: Range) => end - start : notOwn;
    return ranges.reduce((sum, range) => sum + newBytes(range, descriptor), 0);
  });
  const available = roomOf(base.path)?.available ?? needed;
  if (needed > available)
    throw new Refusal(
      `runs of ${base.path} cannot be undone now: ${roomText(base.path)}, and ${sizeText(needed)} are needed: make room there, ` +
        'then try again; nothing is lost',
    );
}

/** What the kernel answers of a file whose filesystem does not tell where it lies. */
const TELLS_NONE = ['EOPNOTSUPP', 'ENOTTY', 'ENOSYS'];

/** How many bytes of a part of an image lie in blocks that others have as well, or in none. @throws SystemError */
function notOwn({ start, end }: Range, descriptor: number): number {
  let own = 0;
  try {
    for (let position = start; position < end; ) {
      const extents = addon().nextExtents(descriptor, position);
      if (extents.length === 0) break;
      for (const extent of extents) {
        const [from, to] = [Math.max(extent.start, start), Math.min(extent.start + extent.length, end)];
        if (!extent.shared && to > from) own += to - from;
        position = extent.start + extent.length;
      }
    }
  } catch (error) {
    // A filesystem that does not tell where files lie shares no blocks of theirs.
    if (isSystemError(error, ...TELLS_NONE)) return 0;
    throw error;
  }
  return end - start - own;
}
