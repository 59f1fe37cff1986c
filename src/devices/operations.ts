import { addon } from '../native/addon.ts';
import { Refusal } from './answer/refusal.ts';
import type { Image } from './kernel/images.ts';
import { LOCK_FOLDER } from './kernel/lock-file.ts';
import type { ImageKey } from './plan/image-key.ts';
import { ownCow } from './plan/own-cow.ts';
import { revertMark } from './plan/revert-names.ts';

/** The file that says which operation on a template lasts just now: its name, its process, the image. */
export function operationFile(base: ImageKey): string {
  return `${LOCK_FOLDER}/${base}.operation`;
}

/** The folder that is there while an operation holds the template (proper-lockfile's, which refreshes its time). */
export function operationLock(base: ImageKey): string {
  return `${operationFile(base)}.lock`;
}

/** An operation seems to be under way: its lock is there. Whether its holder still lives takes asking proper-lockfile. */
export class OperationUnderWay extends Refusal {
  readonly base: ImageKey;

  constructor(base: ImageKey, message: string) {
    super(message);
    this.name = 'OperationUnderWay';
    this.base = base;
  }
}

/**
 * Asked before devices are made on a base, under its lock: one look for each of the two signs.
 * @throws OperationUnderWay when an operation on it is running; Refusal when a revert of it was begun and not finished
 */
export function requireNoOperation(base: Image): void {
  if (addon().fileStatus(operationLock(base.key)) !== null) {
    const what = addon().readText(operationFile(base.key))?.trim() || `an operation on ${base.path}`;
    throw new OperationUnderWay(base.key, `${what} is running: wait until it is done`);
  }
  requireNotReverted(base.path);
}

/** @throws Refusal when a revert of the template with this image was begun and not finished */
export function requireNotReverted(image: string): void {
  const cow = ownCow(image);
  if (cow !== undefined && addon().fileStatus(revertMark(cow)) !== null)
    throw new Refusal(
      `template ${image} is half-way back to an earlier version (${revertMark(cow)}): ` +
        `finish that first, block-snapshot revert ${image}`,
    );
}
