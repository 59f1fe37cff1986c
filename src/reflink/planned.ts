import { withHeldDescriptors } from '../devices/kernel/held-descriptors.ts';
import { statusIfThere } from '../devices/kernel/if-there.ts';
import { requireNoOperation } from '../devices/operations.ts';
import type { ReflinkType } from '../devices/request/device-types.ts';
import type { ReflinkRequest } from '../devices/request/reflink-request.ts';
import { findDiskOf } from './disk-of-node.ts';
import { findLoop } from './loop.ts';
import { isMadeAnew, requireKept, requireReplaceable } from './made-anew.ts';
import { lookAt } from './prepare.ts';
import { requireNoCow, volumeOfImage } from './volume.ts';

/**
 * What prepareReflink would do at this moment, a line each. Nothing is locked, and nothing made.
 * @throws Refusal where it would refuse
 */
export function plannedReflink(request: ReflinkRequest): string[] {
  const { volume, parent } = lookAt(request);
  const source = volumeOfImage(parent);
  requireNoCow(parent, source.image);
  requireNoOperation(parent);
  if (request.keep) requireKept(volume);
  else requireReplaceable(volume, source);
  const loop = withHeldDescriptors(held => findLoop(volume, held)?.path);
  if (loop !== undefined) return [`loop: ${loop} is there already, on ${volume.dirty}`];
  const isFirst = request.keep && source.image !== volume.image;
  const goesOn = request.keep && statusIfThere(volume.dirty) !== undefined;
  return [
    ...(isFirst ? [`file: make ${volume.image}, a clone of ${source.image}`] : []),
    goesOn
      ? `file: go on with ${volume.dirty}`
      : `file: make ${volume.dirty}, a clone of ${isFirst ? volume.image : source.image}`,
    `loop: attach ${volume.dirty}`,
  ];
}

/** The same of takeDownReflink for a person. @throws Refusal */
export function plannedCloneTakeDown(given: string, type: ReflinkType): string[] {
  const disk = findDiskOf(given, type);
  if (disk === undefined) return [`loop: ${given} is gone already`];
  const { volume, node } = disk;
  return [
    `loop: detach ${node} from ${volume.dirty}, unless somebody has it open`,
    ...(isMadeAnew(volume)
      ? [volume.dirty, volume.image].map(path => `file: remove ${path}`)
      : [`file: ${volume.dirty} stays`]),
  ];
}
