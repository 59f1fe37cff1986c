import { backingFile } from '../devices/kernel/loop-questions.ts';
import { imageOfDirty } from '../devices/plan/reflink-names.ts';
import type { ReflinkType } from '../devices/request/device-types.ts';
import { printable } from '../words/printable.ts';
import { Refusal } from '../words/refusal.ts';
import { servesOf } from './loop.ts';
import { isMadeAnew } from './made-anew.ts';
import { type Volume, volumeOf } from './volume.ts';

/** A disk by its loop device. */
export interface FoundDisk {
  volume: Volume;
  /** /dev/loopN */
  node: string;
}

/**
 * The disk that a NODE stands for, given with or without /dev/.
 * @param type what it has to be
 * @returns undefined where the loop device is attached to nothing: the disk is gone
 * @throws Refusal when it is no loop device, or that of something else
 */
export function findDiskOf(given: string, type: ReflinkType): FoundDisk | undefined {
  const [, name] = /^(?:\/dev\/)?(loop\d{1,7})$/.exec(given) ?? [];
  if (name === undefined)
    throw new Refusal(
      `${printable(given)} is not the name of a loop device: give the node that prepare printed, /dev/loopN`,
    );
  const node = `/dev/${name}`;
  const file = backingFile(name);
  if (file === undefined) return undefined;
  const image = imageOfDirty(file);
  const volume = image?.startsWith('/') ? volumeOf({ role: 'disk', path: image }) : undefined;
  if (volume === undefined || servesOf(node, volume) !== 'now')
    throw new Refusal(
      `${node} is attached to ${printable(file)}, which is no disk of type ${type} (X-dirty.img): losetup -d ${node} takes it down`,
    );
  if (type === 'reflink-origin' && isMadeAnew(volume))
    throw new Refusal(`${node} is a disk of type reflink, made anew at each start: cleanup reflink ${node}`);
  return { volume, node };
}
