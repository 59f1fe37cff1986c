import type { DeviceNumber } from '../../devices/plan/device-number.ts';
import type { ImageKey } from '../../devices/plan/image-key.ts';
import { ownCow, revisionOf } from '../../devices/plan/own-cow.ts';
import type { Facts, LoopDevice } from '../facts.ts';
import type { Image } from '../overview.ts';

/** The images behind the block devices that tables name. */
export type ImageFinder = (device: DeviceNumber) => Image | undefined;

export function imageFinder({ loops, nodes }: Facts): ImageFinder {
  const images = new Map<DeviceNumber, Image>(loops.map(loop => [loop.device, imageOfLoop(loop)]));
  for (const [device, { path, key }] of nodes)
    images.set(device, {
      path,
      place: 'present',
      key,
      size: undefined,
      allocated: undefined,
      loop: undefined,
      device,
    });
  return device => images.get(device);
}

export function imageOfLoop({ node, device, key, file }: LoopDevice): Image {
  return { ...file, key, loop: node, device };
}

/** An image of which only its device's name tells. */
export function unknownImage(key: ImageKey | undefined, device?: DeviceNumber): Image {
  return {
    path: undefined,
    place: 'unreachable',
    key,
    size: undefined,
    allocated: undefined,
    loop: undefined,
    device,
  };
}

/** What NFS calls an open file whose name another has got (fs/nfs/unlink.c). */
const SILLY_NAME = /\/\.nfs[0-9a-f]+$/;

/**
 * Whether a newer version of the template was committed since a first layer with this cow was made: a commit puts
 * another file at the place of the template's own cow, and the former one among the revisions, or out of the world.
 * @param ownCows what is at the place of the own cow of each base now
 * @returns undefined where that cannot be told; false as well for a cow that is none of the template's own
 */
export function isOutdated(base: Image, cow: Image, ownCows: Facts['ownCows']): boolean | undefined {
  const place = base.path === undefined ? undefined : ownCow(base.path);
  if (base.path === undefined) return undefined;
  if (place === undefined) return false;
  const present = ownCows.get(base.path);
  if (!ownCows.has(base.path) || cow.key === undefined || cow.path === undefined) return undefined;
  if (present === cow.key) return false;
  if (SILLY_NAME.test(cow.path)) return undefined;
  return cow.path === place || revisionOf(place, cow.path) !== undefined;
}
