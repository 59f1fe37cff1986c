import { makeClone } from '../devices/kernel/clone.ts';
import { waitUntilPast } from '../devices/kernel/file-clock.ts';
import { removeIfThere, statusIfThere } from '../devices/kernel/if-there.ts';
import type { Image } from '../devices/kernel/images.ts';
import { openImage, withDescriptor } from '../devices/kernel/open-descriptor.ts';
import { syncFolder } from '../devices/kernel/sync-folder.ts';
import type { Undo } from '../devices/kernel/undo.ts';
import type { ReflinkRequest } from '../devices/request/reflink-request.ts';
import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { warn } from '../words/complaint.ts';
import { Refusal } from '../words/refusal.ts';
import { dropFiles, madeOf } from './made-anew.ts';
import { fileKey, type Volume } from './volume.ts';

/** What a disk is made of. */
export interface Parentage {
  /** The disk itself. */
  volume: Volume;
  /** What it is a clone of: another's, or its own newest version. */
  source: Volume;
  /** The newest version of that. */
  parent: Image;
}

/**
 * Makes what is written of a disk, as that driver's start does: a clone of the newest version, unless it goes on with what was not
 * committed. Nothing has it open.
 * @param undo gets what takes back what was made
 * @throws Refusal
 */
export function makeFiles({ keep }: ReflinkRequest, parentage: Parentage, undo: Undo): void {
  withDescriptor(openImage(parentage.parent, 'read'), from => {
    if (keep) makeKept(parentage, from, undo);
    else makeAnew(parentage, from, undo);
  });
}

/**
 * Nothing of it outlasts a crash: the next start makes it anew, so that its names need not be on disk. What is written comes first:
 * it says that both may go.
 */
function makeAnew({ volume, parent }: Parentage, from: number, undo: Undo): void {
  undo.add(() => dropFiles(volume));
  makeClone(parent, from, volume.dirty, { attribute: madeOf(parent) });
  nameVersion(volume, parent, from);
}

/**
 * Gives the version that a disk is made of a second name, beside the disk: whoever looks sees by its inode whether the template has
 * gone on. In another subvolume there can be none.
 */
function nameVersion({ image }: Volume, parent: Image, from: number): void {
  if (fileKey('disk', image) === parent.key) return;
  removeIfThere(image);
  try {
    addon().linkTemporaryFile(from, image);
  } catch (error) {
    if (isSystemError(error, 'ENOENT'))
      throw new Refusal(`${parent.role} ${parent.path} was replaced in this moment: try again`);
    if (!isSystemError(error, 'EXDEV', 'EMLINK')) throw error;
  }
}

function makeKept({ volume, source, parent }: Parentage, from: number, undo: Undo): void {
  if (source.image !== volume.image) {
    makeClone(parent, from, volume.image, { keepsTime: true });
    undo.add(() => removeIfThere(volume.image));
    syncFolder(volume.image);
  }
  const left = statusIfThere(volume.dirty);
  if (left !== undefined) {
    requireWhole(volume, left.size);
    return;
  }
  // Whether it is written is seen from its time.
  waitUntilPast(addon().descriptorStatus(from).changed);
  undo.add(() => removeIfThere(volume.dirty));
  if (!takePrecache(volume, parent)) makeClone(parent, from, volume.dirty, { keepsTime: true });
  syncFolder(volume.dirty);
}

/** What a run has left that was not committed is what the disk goes on with. */
function requireWhole({ dirty, image }: Volume, size: number): void {
  if (size === 0)
    throw new Refusal(
      `disk ${dirty} is empty, as a crash leaves what was never on disk: remove it, and the next start makes it of ${image}`,
    );
}

/** The clone that the other driver has made for this start, where it still is one of the newest version. */
function takePrecache({ precache, dirty }: Volume, parent: Image): boolean {
  const ready = statusIfThere(precache);
  if (ready === undefined) return false;
  const newest = addon().fileStatus(parent.path);
  if (ready.changed === newest?.changed && ready.size === newest.size) {
    addon().renameFile(precache, dirty);
    return true;
  }
  warn(`${precache} is no clone of the newest version any more: it is removed`);
  removeIfThere(precache);
  return false;
}
