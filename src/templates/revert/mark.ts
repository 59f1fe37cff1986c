import { configuration } from '../../devices/configuration.ts';
import { realPathOf } from '../../devices/kernel/images.ts';
import { dropStoreLabel, moveStore } from '../../devices/kernel/label-file.ts';
import { openImage, openToWrite, withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import { noRoomText, reserve } from '../../devices/kernel/room.ts';
import { readStoreHeader } from '../../devices/kernel/store-contents.ts';
import { syncFolder } from '../../devices/kernel/sync-folder.ts';
import { makeWholeFile } from '../../devices/kernel/whole-file.ts';
import { areaPosition, chunkBytes } from '../../devices/plan/exception-store.ts';
import { imageOfCow, ownCow, revisionPath } from '../../devices/plan/own-cow.ts';
import { REVERT_ATTRIBUTE, revertedPath, revertMark } from '../../devices/plan/revert-names.ts';
import { type Bytes, bytes } from '../../devices/plan/units.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { warn } from '../../words/complaint.ts';
import { printable } from '../../words/printable.ts';
import { Refusal } from '../../words/refusal.ts';
import { settleRevisions } from '../revisions.ts';
import type { Template } from '../template-files.ts';

// A revert of N runs, so that it can be ended anywhere, and go on:
//   1. the mark is made, which says N; from then on nothing starts on the template;
//   2. the undo of the last N runs get the names of what is to be merged, .1 (the last run) to .N;
//   3. one after the other is merged; .1 to .N-1 are removed when they are, .N becomes the template's cow;
//   4. the mark is removed, and the runs that are left get the names from the first on.
// What is to be done is always seen from the names: those of step 2 that are still to be given, and those of step 3 that
// are there.

/** How many runs a revert that was begun undoes; undefined where none was. @throws Refusal when the mark says nothing */
export function begunRevert(cow: string): number | undefined {
  const mark = revertMark(cow);
  const text = addon().readText(mark);
  if (text === null) return undefined;
  const runs = /^([1-9]\d{0,3}) /.exec(text)?.[1];
  if (runs === undefined)
    throw new Refusal(
      `${mark} holds ${printable(text.slice(0, 40)) || 'nothing'}, not the number of runs to undo: ` +
        `it is not known how far back the template has to go; give it up, block-snapshot revert --abandon ${imageOfCow(cow)}, and restore it from a backup`,
    );
  return Number(runs);
}

/**
 * Step 1. The mark is there in one step and whole, and on disk when this returns. The caller holds the base's lock.
 * @throws Refusal, without the mark, where it would not be found by all names of the image
 */
export function makeMark(template: Template, runs: number): void {
  const {
    image: base,
    cow: { path: cow },
  } = template;
  settleRevisions(cow);
  syncFolder(cow);
  makeWholeFile(revertMark(cow), 0o644, descriptor =>
    addon().writeText(
      descriptor,
      `${runs} runs of the template are being undone: block-snapshot revert goes on with it\n`,
    ),
  );
  syncFolder(cow);
  if (noteMark(template) || (base.links === 1 && ownCow(realPathOf(base)) === cow)) return;
  addon().removeFile(revertMark(cow));
  throw new Refusal(
    `template ${base.path} has other names, or its cow is elsewhere, and its filesystem keeps no attributes: ` +
      'VMs could start on it half-way back; leave it that one name, beside its cow',
  );
}

/**
 * Notes on the image that it has a mark: other names of it, in other folders, are known by that. The note is there only
 * while the mark is.
 * @returns false where the filesystem keeps no attributes
 */
export function noteMark({ image: base, cow }: Template): boolean {
  if (base.device !== undefined) return true;
  if (!addon().setFileAttribute(base.path, REVERT_ATTRIBUTE, revertMark(cow.path))) return false;
  withDescriptor(openImage(base, 'read'), descriptor => addon().syncFile(descriptor));
  return true;
}

/** Step 2, or what is left of it. */
export function claimRevisions(cow: string, runs: number): void {
  let moved = false;
  for (let number = 1; number <= runs; number++) {
    const path = revisionPath(cow, number);
    if (addon().fileStatus(path) === null) continue;
    moveStore(path, revertedPath(cow, number));
    moved = true;
  }
  if (moved) syncFolder(cow);
}

/** What is still to be merged, in order, whether step 2 has come to it or not. */
export function unmergedStores(cow: string, runs: number): string[] {
  const numbers = Array.from({ length: runs }, (_, index) => index + 1);
  return numbers
    .flatMap(number => [revertedPath(cow, number), revisionPath(cow, number)])
    .filter(path => addon().fileStatus(path) !== null);
}

/**
 * Step 3 for a store that is merged, and known to be on disk. The last one, empty by now, becomes the template's cow.
 * @param last whether no other is left
 */
export function dropMerged(cow: string, store: string, last: boolean): void {
  if (last) {
    giveSpaceBack(store);
    moveStore(store, cow);
  } else {
    addon().removeFile(store);
    dropStoreLabel(store);
  }
  syncFolder(cow);
}

/** What was merged is behind the header and the first metadata, and nothing any more. */
function giveSpaceBack(store: string): void {
  withDescriptor(openToWrite(store), descriptor => {
    const header = readStoreHeader(descriptor);
    const { size } = addon().descriptorStatus(descriptor);
    if (header.kind !== 'store') return;
    if (configuration().reserve) {
      reserveAgain(store, descriptor, bytes(size));
      return;
    }
    const start = areaPosition(0, header.chunk) + chunkBytes(header.chunk);
    try {
      if (size > start) addon().digHole(descriptor, start, size - start);
    } catch (error) {
      // A filesystem without holes keeps the space until the next run uses it.
      if (!isSystemError(error, 'EOPNOTSUPP')) throw error;
    }
    addon().syncFile(descriptor);
  });
}

/** The store is about to be the template's cow, which is to have its space; where it cannot, the revert is done all the same. */
function reserveAgain(store: string, descriptor: number, size: Bytes): void {
  try {
    const inTheWay = reserve(descriptor, size);
    if (inTheWay !== undefined) warn(`the space of the template's cow cannot be reserved: ${inTheWay}`);
  } catch (error) {
    const noRoom = noRoomText(error, store, size);
    if (noRoom === undefined) throw error;
    warn(`the space of the template's cow cannot be reserved: ${noRoom}`);
  }
}

/** Step 4. */
export function removeMark({ image: base, cow: { path: cow } }: Template): void {
  if (base.device === undefined) addon().removeFileAttribute(base.path, REVERT_ATTRIBUTE);
  addon().removeFile(revertMark(cow));
  syncFolder(cow);
  settleRevisions(cow);
  syncFolder(cow);
}
