import { checkStore } from '../devices/kernel/cow-file.ts';
import { findImage, type Image } from '../devices/kernel/images.ts';
import { descriptorSectors, openImage, withDescriptor } from '../devices/kernel/open-descriptor.ts';
import { keepsBlocks, keptBytes, readStoreHeader } from '../devices/kernel/store-contents.ts';
import { requireNotReverted } from '../devices/operations.ts';
import { storeSize } from '../devices/plan/exception-store.ts';
import type { Settings } from '../devices/plan/settings.ts';
import { sectorsOf } from '../devices/plan/units.ts';
import { isSystemError } from '../native/system-error.ts';
import { Refusal } from '../words/refusal.ts';
import { linkRevisions } from './revisions.ts';
import { rotateCow } from './rotate.ts';
import { revisionPath, type TemplateFiles } from './template-files.ts';

/** What became of a commit. */
export type Commit =
  | { committed: false; reason: string }
  | {
      committed: true;
      /** Bytes of blocks that the run has changed, in whole chunks; 0 where its store overflowed. */
      changed: number;
      /** Where its undo is kept; undefined when the configuration keeps none. */
      undo: string | undefined;
    };

/**
 * Ends the run of a template: VMs that start from now on see what it changed, those that run keep what they see, for
 * their devices hold the old cow by its inode. The caller holds the base's lock, and knows that the origin is gone.
 * @throws Refusal, with the old pair in its place
 */
export function commitRun(files: TemplateFiles, base: Image, settings: Settings): Commit {
  requireNotReverted(base);
  const cow = findImage(files.cow);
  if (cow === undefined)
    return { committed: false, reason: `${files.cow.path} is not there, so no run of the template was` };
  if (cow.device !== undefined)
    throw new Refusal(
      `cow ${cow.path} is a block device, which cannot be kept under another name: only files are committed`,
    );
  const changed = changedBytes(cow);
  if (changed === undefined)
    return { committed: false, reason: 'the template has not changed since the last commit' };
  const length =
    base.device === undefined
      ? sectorsOf(base.size)
      : withDescriptor(openImage(base, 'read'), descriptorSectors);
  try {
    rotateCow(cow.path, base, storeSize(length, settings.chunk), settings.revisions);
  } catch (error) {
    if (error instanceof Refusal || !isSystemError(error)) throw error;
    throw new Refusal(
      `the run of ${base.path} could not be committed (${error.code}, ${error.operation} ${error.argument}): ` +
        `nothing is lost; mend that, then block-snapshot commit ${base.path}`,
    );
  }
  linkRevisions(files);
  return {
    committed: true,
    changed,
    undo: settings.revisions > 0 ? revisionPath(cow.path, 1) : undefined,
  };
}

/** What a run has changed; undefined for nothing. It does not count blocks where the store overflowed. */
function changedBytes(cow: Image): number | undefined {
  return withDescriptor(openImage(cow, 'read'), descriptor => {
    const header = readStoreHeader(descriptor);
    // A store that overflowed has to go all the same: no VM could start on it.
    if (header.kind !== 'store' || header.valid) checkStore(descriptor, cow);
    return keepsBlocks(descriptor) ? keptBytes(descriptor, header) : undefined;
  });
}
