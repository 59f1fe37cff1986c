import { writeEmptyCow } from '../devices/kernel/cow-file.ts';
import { removeIfThere } from '../devices/kernel/if-there.ts';
import type { Image } from '../devices/kernel/images.ts';
import { copyStoreLabel, dropStoreLabel } from '../devices/kernel/label-file.ts';
import { syncFolder } from '../devices/kernel/sync-folder.ts';
import { hasNoHardLinks } from '../devices/kernel/whole-file.ts';
import { revisionPath } from '../devices/plan/own-cow.ts';
import type { Settings } from '../devices/plan/settings.ts';
import type { Bytes } from '../devices/plan/units.ts';
import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { noteEnd, removeRevision, settleRevisions } from './revisions.ts';

/**
 * Puts a new empty cow in the place of a template's, and keeps the former as the first revision of as many as are kept. It can be
 * ended at any system call, and the power can fail at any: the one rename of the new cow over the old is what makes it
 * come about. Before it, the old cow is in its place, under the name of a revision as well; after it, the new one. No name
 * is ever without its file in between: files get a second name first, and lose the first one later. What is left
 * half-way, the next rotation clears away. Where files can have but one name they are moved, the oldest first, and the run
 * is committed when its cow is the first revision: that the template's cow is missing from then until the new one is in
 * its place means just that, and whoever misses it makes it.
 * @param size of the new cow, which gets the owner and the mode of the base
 */
export function rotateCow(
  cow: string,
  base: Image,
  size: Bytes,
  settings: Pick<Settings, 'revisions' | 'reserve'>,
): void {
  const kept = settings.revisions;
  const fresh = `${cow}.new`;
  removeIfThere(fresh);
  removeIfThere(spare(cow));
  noteEnd(cow);
  const revisions = settleRevisions(cow);
  // Not before there is room for it on the filesystem.
  writeEmptyCow(fresh, size, base, settings, cow);
  if (kept === 0) {
    // Without the undo of this run, those of the runs before would make a mixture of two versions.
    for (const { path } of revisions) removeRevision(path);
  } else {
    const give = canLink(cow) ? linkOver : moveOver;
    const giveName = (from: string, to: string) => {
      copyStoreLabel(from, to);
      give(cow, from, to);
    };
    for (let number = revisions.length; number > 0; number--)
      giveName(revisionPath(cow, number), revisionPath(cow, number + 1));
    giveName(cow, revisionPath(cow, 1));
  }
  syncFolder(cow);
  addon().renameFile(fresh, cow);
  dropStoreLabel(cow);
  syncFolder(cow);
  if (kept > 0)
    for (let number = revisions.length + 1; number > kept; number--)
      removeRevision(revisionPath(cow, number));
}

/** Whether the filesystem of a cow has hard links: it is tried with the name that a file has for a moment. */
function canLink(cow: string): boolean {
  try {
    addon().linkFile(cow, spare(cow));
  } catch (error) {
    if (hasNoHardLinks(error)) return false;
    throw error;
  }
  addon().removeFile(spare(cow));
  return true;
}

/** The only name of a file; what has the new one has been moved before. */
function moveOver(_cow: string, from: string, to: string): void {
  addon().renameFile(from, to);
}

/** A second name for a file, which may be another's until then; at no moment it is nobody's. */
function linkOver(cow: string, from: string, to: string): void {
  try {
    addon().linkFile(from, to);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
    addon().linkFile(from, spare(cow));
    addon().renameFile(spare(cow), to);
  }
}

/** The name that a file has for a moment, on the way to one that is taken. */
function spare(cow: string): string {
  return `${cow}.old.new`;
}
