import type { BaseVersion } from '../../devices/kernel/base-version.ts';
import { type Image, openStore } from '../../devices/kernel/images.ts';
import { readStoreLabel } from '../../devices/kernel/label-file.ts';
import { withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import { keepsBlocks } from '../../devices/kernel/store-contents.ts';
import { versionOfBase } from '../../devices/kernel/unwritten.ts';
import { isSame, type StoreLabel, type Version } from '../../devices/plan/label.ts';
import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';

/**
 * Proves that undos belong to the image as it is now, the first one, and each other to what the one before makes of it.
 * @throws Refusal when one does not: merging it would make a mixture of two versions
 */
export function requireBelonging(base: Image, undos: readonly string[]): void {
  let below: readonly Version[] | undefined = versionOfBase(base, false)?.is;
  for (const [index, path] of undos.entries()) {
    const { label, keeps } = look(path);
    if (
      keeps &&
      label !== undefined &&
      label.on.length > 0 &&
      below !== undefined &&
      !isSame(label.on, below)
    )
      throw new Refusal(
        `revision ${index + 1} of ${base.path} cannot be undone: ${
          index === 0
            ? 'the image has been changed, or replaced by another, since that run ended'
            : `it does not lead on from revision ${index}`
        }, and ${path} merged into it would make a mixture; put the image back that it belongs to, ` +
          `or, if you know that it fits, block-snapshot revert --force ${base.path}`,
      );
    if (keeps || label?.gives === undefined) below = label?.gives && [label.gives];
  }
}

/**
 * The same for a revert that was begun: what is still to be merged belongs to the image as that has left it.
 * @param first the store that is merged next
 * @param merging whether the kernel merges it now
 */
export function requireBegunOn(base: Image, first: string | undefined, merging: boolean): void {
  if (isBegunOn(base, first, merging)) return;
  throw new Refusal(
    `template ${base.path} is half-way back to an earlier version, and the image there has been changed, or replaced by ` +
      'another, since: what is left to be merged would make a mixture of it; ' +
      `give the revert up, which leaves that image as it is (block-snapshot revert --abandon ${base.path}), ` +
      `put the image back that it was begun on, or, if you know that it fits, block-snapshot revert --force ${base.path}`,
  );
}

/** Whether an image is the one that a revert has left half-way. */
export function isBegunOn(base: Image, first: string | undefined, merging: boolean): boolean {
  const version = versionOfBase(base, false);
  return !isMisplaced(version?.is, first) && (merging || !isWrittenAfter(version, first));
}

function isMisplaced(below: readonly Version[] | undefined, first: string | undefined): boolean {
  if (first === undefined || below === undefined) return false;
  const { label, keeps } = look(first);
  return keeps && label !== undefined && label.on.length > 0 && !isSame(label.on, below);
}

/**
 * Whether an image was changed after the merge of a store ended: that writes to the image first, and to the store then. After a
 * power cut it is not known what has come to the disk.
 */
function isWrittenAfter(version: BaseVersion | undefined, first: string | undefined): boolean {
  if (version?.unended !== 'in this boot' || first === undefined) return false;
  const { changed } = withDescriptor(openStore(first), descriptor => addon().descriptorStatus(descriptor));
  return version.changed > changed && version.changed !== version.label?.modified;
}

function look(path: string): { label: StoreLabel | undefined; keeps: boolean } {
  return withDescriptor(openStore(path), descriptor => ({
    label: readStoreLabel({ descriptor, path }),
    keeps: keepsBlocks(descriptor),
  }));
}
