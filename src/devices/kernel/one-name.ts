import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import { nodeOf } from '../plan/device-names.ts';
import { type DeviceNumber, deviceNumberOf } from '../plan/device-number.ts';
import { isLoopNumber } from '../plan/disk-key.ts';
import { type ImageKey, imageKey } from '../plan/image-key.ts';
import type { Image } from './images.ts';
import { loopQuestions } from './loop-questions.ts';
import { mapperNameOf, ourDevices } from './mapper-name.ts';
import { blockDevicePath, holdersOf } from './open-descriptor.ts';

/**
 * A disk can be a base by one name at a time: cleanups, claims and commits know a base by the names of its devices, and
 * of two origins on one disk neither would keep the other's snapshots. Other names are another node of a block device, a
 * file and its loop device, or a disk that is the cow of somebody.
 * @param device that the base is reached by
 * @throws Refusal that says by which name it is in use
 */
export function requireOneName(base: Image, device: DeviceNumber): void {
  for (const number of [device, ...otherLoops(base)])
    for (const { name, identity } of ourDevices(holdersOf(number))) {
      if (identity.base === base.key) continue;
      const path = pathOf(identity.base, number);
      throw new Refusal(
        `${base.role} ${base.path} is in use by another name, ${nodeOf(name)}: ` +
          (path === undefined ? 'give what that was made of' : `give ${path}`),
      );
    }
}

/** Where a loop device is given: the others on the same file. A file's own are looked for when it is attached. */
function otherLoops(base: Image): DeviceNumber[] {
  if (base.device === undefined || !isLoopNumber(base.device)) return [];
  const key = base.disk as string as ImageKey;
  const path = pathOf(key, base.device) ?? base.path;
  const questions = loopQuestions(new Map([[key, { ...base, path }]]));
  const names = addon()
    .loopFiles()
    .filter(({ name, file }) => questions.of(name, file.replace(/\n$/, '')) !== 'not at all')
    .map(({ name }) => name);
  return addon()
    .askLoops(names)
    .filter(loop => loop !== null)
    .filter(loop => imageKey(loop.device, loop.inode) === key)
    .map(({ rdev }) => deviceNumberOf(rdev))
    .filter(number => number !== base.device);
}

/** A path of the disk by which it has this key, where one is at hand. */
function pathOf(key: ImageKey, number: DeviceNumber): string | undefined {
  const candidates = [
    addon().readText(`/sys/dev/block/${number}/loop/backing_file`)?.trimEnd(),
    blockDevicePath(number),
    nodeOf(mapperNameOf(number) ?? ''),
  ];
  return candidates.find(path => {
    const found = path?.startsWith('/') ? (addon().fileStatus(path) ?? undefined) : undefined;
    return found !== undefined && imageKey(found.device, found.inode) === key;
  });
}
