import { removeIfThere, statusIfThere } from '../devices/kernel/if-there.ts';
import type { Image } from '../devices/kernel/images.ts';
import { type ImageKey, isImageKey } from '../devices/plan/image-key.ts';
import { addon } from '../native/addon.ts';
import { Refusal } from '../words/refusal.ts';
import { versionsOf } from './versions.ts';
import { fileKey, type Volume } from './volume.ts';

/**
 * The attribute of a disk that is made anew at each start: what it was made of, and that nothing of it is kept. What has it not may
 * be all that there is of somebody's files, and is never removed.
 */
const MADE_OF = 'trusted.block-snapshot.made-of';

/** What is noted of a clone when it is made: its source, by its key. */
export function madeOf(source: Image): readonly [name: string, value: string] {
  return [MADE_OF, source.key];
}

/** Whether what is written of a disk is of one that is made anew at each start. */
export function isMadeAnew({ dirty }: Pick<Volume, 'dirty'>): boolean {
  return addon().fileAttribute(dirty, MADE_OF) !== null;
}

/** The version that such a disk was made of, by its key; undefined for another disk. */
export function versionUnder({ dirty }: Pick<Volume, 'dirty'>): ImageKey | undefined {
  const key = addon().fileAttribute(dirty, MADE_OF) ?? '';
  return isImageKey(key) ? key : undefined;
}

/**
 * Asked before a disk is kept that may be one which is made anew at each start: what was written of that goes with its end.
 * @throws Refusal
 */
export function requireKept(volume: Volume): void {
  if (!isMadeAnew(volume)) return;
  throw new Refusal(
    `disk ${volume.image} is one that is made anew at each start (${volume.dirty} was): stop its VM, or, where none has it any ` +
      'more, remove both files; then it can be kept',
  );
}

/**
 * Asked before a disk is made anew, which loses what it was.
 * @param source what it is going to be a clone of
 * @throws Refusal where there are files of its name that are no clones of ours, nor of the other driver's
 */
export function requireReplaceable(volume: Volume, source: Volume): void {
  const dirty = statusIfThere(volume.dirty);
  if (dirty !== undefined && isMadeAnew(volume)) return;
  const image = fileKey('disk', volume.image);
  if (image === undefined && dirty === undefined) return;
  // A disk of the other driver's, whose VM was not stopped as it should be: beside it lies the version that it was made of.
  if (image !== undefined && versionsOf(source).some(({ key }) => key === image)) return;
  const path = image === undefined ? volume.dirty : volume.image;
  throw new Refusal(
    `disk ${path} is there, and is no clone of a version of ${source.image} that could be made anew: to go on with what it ` +
      `is, ask for ${source.image}:${volume.image}:keep; otherwise give another name, or remove it`,
  );
}

/** Removes the files of a disk that is made anew, which nobody has open any more; last the one that says that it is. */
export function dropFiles({ image, dirty }: Volume): void {
  removeIfThere(image);
  removeIfThere(dirty);
}
