import { namesIfThere, removeIfThere, statusIfThere } from '../../devices/kernel/if-there.ts';
import { dropStoreLabel } from '../../devices/kernel/label-file.ts';
import { openPath, openToRead, withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import { syncFolder } from '../../devices/kernel/sync-folder.ts';
import type { Undo } from '../../devices/kernel/undo.ts';
import { folderOf } from '../../devices/plan/folder-of.ts';
import { parseVersionName } from '../../devices/plan/reflink-names.ts';
import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import { revisionPaths } from '../revisions.ts';

// Which kind a template is its cow says, alone: with X-cow.img beside it, it is one of snapshots. That is what makes a conversion come
// about in one step, and what tells, after a kill, which of the files of two kinds are the template's.

/**
 * The attribute of a version, or of an undo, that a conversion has made, or has put into the other kind. What has it and is not of the
 * template's kind is left over: it holds nothing that the template has not got.
 */
export const CONVERTED = 'trusted.block-snapshot.converted';

/**
 * Marks an open file, which may have no name yet. It is on disk with its bytes.
 * @throws Refusal where there is no room for that: what is not marked would stay, and be taken for somebody else's
 */
export function markConverted(descriptor: number, path: string): void {
  if (!addon().setFileAttribute(openPath(descriptor), CONVERTED, '.'))
    throw new Refusal(`${path} cannot be marked (${CONVERTED}): make room on its filesystem, then try again`);
}

/** The same of a file that has its name, and is going to be of no use: on disk before that. @param undo gets what takes it back */
export function markLeftOver(path: string, undo: Undo): void {
  withDescriptor(openToRead(path), descriptor => {
    undo.add(() => addon().removeFileAttribute(path, CONVERTED));
    markConverted(descriptor, path);
    addon().syncFile(descriptor);
  });
}

/** Whether a conversion has made a file, or put it into the other kind. */
export function isLeftOver(path: string): boolean {
  return addon().fileAttribute(path, CONVERTED) !== null;
}

/** All that is called a version of an image. */
export function versionPaths(image: string): string[] {
  const folder = folderOf(image);
  return namesIfThere(folder)
    .filter(name => parseVersionName(image, name) !== undefined)
    .map(name => folder + name)
    .filter(path => statusIfThere(path)?.kind === 'file');
}

/** What lies beside a template that belongs to the other kind: versions of one of snapshots, undos of one of clones. */
export function ofOtherKind(image: string, cow: string): string[] {
  return statusIfThere(cow) === undefined ? revisionPaths(cow) : versionPaths(image);
}

/**
 * Removes what conversions have left beside a template. The caller holds its locks.
 * @returns what is of the other kind all the same, for no conversion has made it
 */
export function dropLeftOver(image: string, cow: string): string[] {
  const all = ofOtherKind(image, cow);
  const marked = all.filter(isLeftOver);
  for (const path of marked) {
    removeIfThere(path);
    dropStoreLabel(path);
  }
  if (marked.length > 0) syncFolder(image);
  return all.filter(path => !marked.includes(path));
}

/** @throws Refusal where something lies there that a conversion would make, and that is not of one */
export function requireRoomForOthers(image: string, cow: string): void {
  const [foreign] = dropLeftOver(image, cow);
  if (foreign !== undefined)
    throw new Refusal(
      `${foreign} lies beside template ${image}, and is of the other kind of templates: move it away, then convert`,
    );
}
