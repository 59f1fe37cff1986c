import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { Refusal } from '../words/refusal.ts';
import { statusIfThere } from './kernel/if-there.ts';
import { type Image, realPathOf } from './kernel/images.ts';
import { LOCK_FOLDER, releaseLockFile, tryLockFile } from './kernel/lock-file.ts';
import { OperationUnderWay } from './operation-under-way.ts';
import type { DiskKey } from './plan/disk-key.ts';
import { folderOf } from './plan/folder-of.ts';
import { imageOfCow, ownCow } from './plan/own-cow.ts';
import { cowOfMark, REVERT_ATTRIBUTE, revertMark } from './plan/revert-names.ts';

/**
 * The file that says which operation on a template lasts just now: its name, its process, the image. Whoever runs one
 * holds a lock on it (flock): that, and nothing that has to do with a clock, tells whether it still does.
 */
export function operationFile(base: DiskKey): string {
  return `${LOCK_FOLDER}/${base}.operation`;
}

/** The folder that is there while an operation holds the template, and after one that was killed. */
export function operationLock(base: DiskKey): string {
  return `${operationFile(base)}.lock`;
}

/**
 * Asked before devices are made on a base, under its lock: one look for each of the two signs.
 * @throws OperationUnderWay when an operation on it is running; Refusal when a revert of it was begun and not finished
 */
export function requireNoOperation(base: Image): void {
  if (addon().fileStatus(operationLock(base.disk)) !== null) dropDeadOperation(base);
  requireNotReverted(base);
}

/** Removes what a killed operation has left. @throws OperationUnderWay when it is running */
function dropDeadOperation(base: Image): void {
  const file = operationFile(base.disk);
  const lock = tryLockFile(file);
  if (lock === undefined)
    throw new OperationUnderWay(`${operationText(base)} is running: wait until it is done`);
  try {
    removeOperationLock(base.disk);
  } finally {
    releaseLockFile(lock);
  }
}

/** What its operation says of itself: `a trim of /path/root.img (process 123)`. Of what says something else no more than that it is. */
export function operationText(base: Image): string {
  const text = addon().readText(operationFile(base.disk))?.trim() ?? '';
  if (!/^[a-z ]+ of \/.* \([a-z]+ \d+\)$/.test(text)) return `an operation on ${base.path}`;
  return text.includes(` of ${base.path} (`) ? text : `${text}, by another name of ${base.path},`;
}

/** Removes the folder of an operation that is over. The caller has its file locked. */
export function removeOperationLock(base: DiskKey): void {
  try {
    addon().removeFolder(operationLock(base));
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

/** Whether a revert of the template with this cow was begun and not finished: its mark is there. */
export function isHalfReverted(cow: string): boolean {
  return statusIfThere(revertMark(cow)) !== undefined;
}

/**
 * A revert that was begun is seen from the mark beside the image's real path, and, by whatever name and in whichever
 * folder the image is given, from a note on the image itself.
 * @throws Refusal when a revert of the template with this image was begun and not finished
 */
export function requireNotReverted(base: Image): void {
  const path = realPathOf(base);
  const cow = ownCow(path);
  const beside = cow !== undefined && isHalfReverted(cow) ? revertMark(cow) : undefined;
  const mark = beside ?? notedMark(base, path);
  const template = mark === undefined || mark === beside ? base.path : imageOfCow(cowOfMark(mark));
  if (mark !== undefined)
    throw new Refusal(
      `template ${base.path} is half-way back to an earlier version (${mark}): ` +
        `finish that first, block-snapshot revert ${template}; where it cannot be finished, ` +
        `block-snapshot revert --abandon ${template} gives it up`,
    );
}

/**
 * The mark that the note on an image names. One that lay beside it and was removed by hand counts no longer; whether
 * one elsewhere was, or its folder has another name by now, cannot be told.
 */
function notedMark({ device, path: given }: Image, path: string): string | undefined {
  if (device !== undefined) return undefined;
  const mark = addon().fileAttribute(given, REVERT_ATTRIBUTE) ?? undefined;
  if (mark !== undefined && (!mark.startsWith('/') || cowOfMark(mark) === mark))
    throw new Refusal(
      `the attribute ${REVERT_ATTRIBUTE} of ${given} does not name the mark of a revert: whether it is half-way back is not ` +
        `known; if it is not, take that away: setfattr -x ${REVERT_ATTRIBUTE} ${given}`,
    );
  if (mark === undefined || addon().fileStatus(mark) !== null) return mark;
  return folderOf(mark) === folderOf(path) ? undefined : mark;
}
