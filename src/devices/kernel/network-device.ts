import { addon } from '../../native/addon.ts';
import type { DeviceNumber } from '../plan/device-number.ts';
import { isLoop, isMadeOfOthers, isOnNetwork } from '../plan/network-link.ts';
import { namesIfThere } from './if-there.ts';

/** More block devices on block devices than anybody has. */
const DEEPEST = 8;

/**
 * What has to answer where a block device lies on one that is reached over a network: the node of that, or of the lowest
 * device that has more than one of them under it (two paths, a mirror). Nothing is asked but sysfs.
 * @returns undefined for a device of this machine's own disks alone
 */
export function askedNode(device: DeviceNumber): string | undefined {
  return nodeUnder(`/sys/dev/block/${device}`, 0);
}

/** @param folder that sysfs has for the device: a link to its place */
function nodeUnder(folder: string, depth: number): string | undefined {
  const link = addon().readLink(folder) ?? undefined;
  if (link === undefined) return undefined;
  const own = `/dev/${link.slice(link.lastIndexOf('/') + 1).replaceAll('!', '/')}`;
  if (isOnNetwork(link)) return own;
  if (depth === DEEPEST) return undefined;
  if (isLoop(link)) return nodeUnderLoop(folder, depth);
  if (!isMadeOfOthers(link)) return undefined;
  const asked = new Set(
    namesIfThere(`${folder}/slaves`).flatMap(name => nodeUnder(`/sys/class/block/${name}`, depth + 1) ?? []),
  );
  return asked.size > 1 ? own : [...asked][0];
}

/** A loop device on a block device is how its pages are kept in memory. On a file it is the file's affair. */
function nodeUnderLoop(folder: string, depth: number): string | undefined {
  const name = /^\/dev\/([^/]+)$/.exec(addon().readText(`${folder}/loop/backing_file`)?.trimEnd() ?? '')?.[1];
  return name === undefined ? undefined : nodeUnder(`/sys/class/block/${name}`, depth + 1);
}
