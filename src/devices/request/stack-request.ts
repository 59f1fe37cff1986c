import { printable } from '../../words/printable.ts';
import { Refusal } from '../../words/refusal.ts';
import type { DeviceType } from './device-types.ts';
import { type ImagePath, imagePath } from './image-path.ts';

/** What should exist: a base seen through one or more cows, and for an origin what writes to the base. */
export interface StackRequest {
  type: DeviceType;
  base: ImagePath;
  cows: ImagePath[];
}

/**
 * A request from `BASE:COW[:COW2…]`.
 * @throws Refusal when a path is not one, or the number of layers does not fit the type
 */
export function parseStackRequest(type: DeviceType, images: string): StackRequest {
  // The names of our own devices have colons in them.
  const own = /(?:^|:)(\/dev\/mapper\/(?:snapshot|origin)-[0-9a-f]+:[^/]*)/.exec(images)?.[1];
  if (own !== undefined) throw madeOfOthers(`${printable(own)} was`);
  return stackRequest(type, images.split(':'), images);
}

/** A request from the paths; `shown` is how errors about the whole call it. */
export function stackRequest(type: DeviceType, paths: readonly string[], shown: string): StackRequest {
  const [base, ...cows] = paths;
  if (base === undefined || cows.length === 0)
    throw new Refusal(`${printable(shown)} names no cow: give BASE:COW[:COW2...]`);
  if (type === 'origin' && cows.length > 1)
    throw new Refusal(`${printable(shown)} has ${cows.length} cows: an origin takes one, BASE:COW`);
  return { type, base: imagePath('base', base), cows: cows.map(cow => imagePath('cow', cow)) };
}

/** The refusal of one of our own devices as an image. @param subject with its verb: what it is, and "was" */
export function madeOfOthers(subject: string): Refusal {
  return new Refusal(`${subject} made of other images: give those, and one more cow, BASE:COW:COW2`);
}
