import { dropDerivedLabel, writeDerivedLabel } from '../../devices/kernel/derived-label-file.ts';
import { openToRead, ownLike, withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import { syncFolder } from '../../devices/kernel/sync-folder.ts';
import { nameWhole } from '../../devices/kernel/whole-file.ts';
import { folderOf } from '../../devices/plan/folder-of.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import type { Template } from '../template-files.ts';
import type { NewTemplate } from './new-template.ts';

/**
 * Opens the image of a new template, which has no name until it is whole: a crash leaves nothing of it.
 * @throws Refusal where its filesystem makes no such files; SystemError
 */
export function openNameless({ beside }: NewTemplate): number {
  const { temporary, readWrite } = addon().openFlags;
  try {
    return addon().openFile(beside, temporary | readWrite, 0o600);
  } catch (error) {
    if (!isSystemError(error, 'EOPNOTSUPP', 'EISDIR', 'ENOSYS')) throw error;
    throw new Refusal(
      `the filesystem of ${beside} makes no file that has no name until it is whole (${error.code}): ` +
        'derive to another, as ext4, XFS and btrfs are',
    );
  }
}

/**
 * Gives the image of a new template its name, when it is on disk with all that is known of it; then that is on disk, too. Its
 * owner, its mode and those of a folder that is made for it are the source's.
 * @throws Refusal when the name is taken; SystemError
 */
export function nameImage(descriptor: number, place: NewTemplate, source: Template): void {
  ownLike(source.image, descriptor);
  if (place.folder !== undefined) makeFolderLike(place.folder, folderOf(source.image.path));
  try {
    writeDerivedLabel(descriptor, place.image, { from: source.image.path, made: Date.now() });
    nameWhole(descriptor, place.image);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) dropDerivedLabel(place.image);
    if (place.folder !== undefined) removeIfEmpty(place.folder);
    if (isSystemError(error, 'EEXIST'))
      throw new Refusal(`${place.image} has been made by another in this moment: nothing was done`);
    throw error;
  }
  syncFolder(place.image);
  if (place.folder !== undefined) syncFolder(place.folder);
}

function makeFolderLike(path: string, other: string): void {
  const { user, group, mode } = withDescriptor(openToRead(other), descriptor =>
    addon().descriptorStatus(descriptor),
  );
  addon().makeFolder(path, 0o700);
  withDescriptor(openToRead(path), descriptor => addon().setOwner(descriptor, user, group, mode));
}

function removeIfEmpty(path: string): void {
  try {
    addon().removeFolder(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
