import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import { imageKey } from '../plan/image-key.ts';
import { ownCow, stalePath } from '../plan/own-cow.ts';
import type { Layer } from '../plan/stack-plan.ts';
import type { Image } from './images.ts';
import { moveStore } from './label-file.ts';
import { syncFolder } from './sync-folder.ts';

/** The template's own cow belongs to another image, which was at its path before: it has to be put aside. */
export class StaleCow extends Error {
  readonly cow: Image;

  constructor(cow: Image) {
    super(`cow ${cow.path} belongs to another image`);
    this.cow = cow;
  }
}

/** Whether a layer's store can be put aside: it is the template's own, which is made where it is missing. */
export function canBePutAside(base: Image, { first, cow }: Layer<Image>): boolean {
  return first && cow.device === undefined && cow.path === ownCow(base.path);
}

/** More images that were replaced one after the other than anybody keeps the old blocks of. */
const MOST = 1000;

/**
 * Gives the cow of an image that is gone a name of its own: VMs that run on it have it open, and its blocks are those of
 * their version. The caller holds the base's lock.
 * @returns the path that is free now; undefined where another file was there already
 * @throws Refusal when there is no name for it
 */
export function putAside(cow: Image): string | undefined {
  const move = planAside(cow);
  if (move === undefined) return undefined;
  moveStore(move.from, move.to);
  syncFolder(move.to);
  return move.from;
}

/**
 * Which file that is, by whichever links it was given, and the name that it gets.
 * @returns undefined where another file is at its path
 * @throws Refusal when there is no name for it
 */
export function planAside(cow: Image): { from: string; to: string } | undefined {
  const found = addon().resolveFile(cow.path);
  if (found === null || imageKey(found.device, found.inode) !== cow.key) return undefined;
  for (let number = 0; number < MOST; number++) {
    const to = stalePath(found.path, number);
    if (addon().fileStatus(to) === null) return { from: found.path, to };
  }
  throw new Refusal(
    `${stalePath(found.path, 0)} to ${stalePath(found.path, MOST - 1)} are taken: remove those that nobody needs`,
  );
}
