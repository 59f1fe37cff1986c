import { addon, type LoopStatus } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { configuration } from '../configuration.ts';
import type { DeviceNumber } from '../plan/device-number.ts';
import { type ImageKey, imageKey } from '../plan/image-key.ts';
import { lostNode, showsWhole } from './backed-by.ts';
import { LOOP_DIRECT_IO, requireDirectIo, requireSafeDirectIo } from './direct-io.ts';
import type { HeldDescriptors } from './held-descriptors.ts';
import type { Image } from './images.ts';
import { carriesOurs } from './in-the-way.ts';
import { backingFile, loopQuestions, type Question } from './loop-questions.ts';
import { descriptorDevice, holdersOf, openToRead, openToWrite } from './open-descriptor.ts';

/** LO_FLAGS of linux/loop.h. */
export const LOOP_READ_ONLY = 1;
export const LOOP_AUTOCLEAR = 4;

/** How often another program may take the free loop device from under our hands. */
const ATTEMPTS = 100;

/** A loop device that is held open: it cannot go while it is. */
export interface OpenLoop {
  path: string;
  descriptor: number;
  device: DeviceNumber;
  flags: number;
}

/**
 * The loop devices that are attached to these images, whoever did it, held open, by the images' keys. They are looked
 * for by device and inode: the same file may have been attached under another path. Where an image has several, it is
 * the one that carries devices.
 * @throws Refusal when an image has one that shows only a part of it, or two that carry devices
 */
export function findLoops(images: readonly Image[], held: HeldDescriptors): Map<ImageKey, OpenLoop> {
  const found = new Map<ImageKey, OpenLoop>();
  const wanted = new Map(images.map(image => [image.key, image]));
  if (wanted.size === 0) return found;
  const questions = loopQuestions(wanted);
  try {
    for (const name of addon().listFolder('/sys/block')) {
      if (!/^loop\d+$/.test(name)) continue;
      const shown = backingFile(name);
      const question = shown === undefined ? 'not at all' : questions.of(name, shown);
      if (shown === undefined || question === 'not at all') continue;
      const candidate = openIfServing(name, shown, question, wanted);
      if (candidate === undefined) continue;
      const { image, loop } = candidate;
      const former = found.get(image.key);
      found.set(image.key, former === undefined ? loop : choose(image, former, loop));
    }
  } finally {
    for (const { descriptor } of found.values()) held.hold(descriptor);
  }
  return found;
}

/** Of two loop devices on one image, the one that carries devices; the other is closed. */
function choose(image: Image, former: OpenLoop, latter: OpenLoop): OpenLoop {
  // What others put on a loop device that cannot be written (kpartx -r) is no reason to use it.
  const carries = (loop: OpenLoop) =>
    isWritable(loop) ? holdersOf(loop.device).length > 0 : carriesOurs(loop.device);
  // Of two that carry nothing, one that can be written.
  if (!carries(latter) && (carries(former) || isWritable(former) || !isWritable(latter))) {
    addon().closeFile(latter.descriptor);
    return former;
  }
  if (carries(former) && carries(latter)) {
    addon().closeFile(latter.descriptor);
    throw new Refusal(
      `${image.role} ${image.path} is in use through two loop devices, ${former.path} and ${latter.path}: ` +
        'writing to both would corrupt it; take down what uses one of them',
    );
  }
  addon().closeFile(former.descriptor);
  return latter;
}

function isWritable({ flags }: OpenLoop): boolean {
  return (flags & LOOP_READ_ONLY) === 0;
}

function openIfServing(
  name: string,
  shown: string,
  question: Question,
  wanted: ReadonlyMap<ImageKey, Image>,
): { image: Image; loop: OpenLoop } | undefined {
  const path = `/dev/${name}`;
  let descriptor: number;
  try {
    descriptor = openToRead(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT') && backingFile(name) !== undefined && mayBe(shown, wanted))
      throw lostNode(path);
    // It went since the folder was read.
    if (isSystemError(error, 'ENOENT', 'ENXIO', 'ENODEV')) return undefined;
    throw error;
  }
  const status = askLoop(descriptor, question);
  const image = status === undefined ? undefined : wanted.get(imageKey(status.device, status.inode));
  if (status === undefined || image === undefined) {
    addon().closeFile(descriptor);
    return undefined;
  }
  if (!showsWhole(status)) {
    addon().closeFile(descriptor);
    throw new Refusal(
      `${image.role} ${image.path} is attached to ${path} with an offset or a size limit: detach that first (losetup -d ${path})`,
    );
  }
  return { image, loop: { path, descriptor, device: descriptorDevice(descriptor), flags: status.flags } };
}

/** Undefined where it is attached to nothing, or to something else than our images, which does not answer. */
function askLoop(descriptor: number, question: Question): LoopStatus | undefined {
  try {
    return addon().loopStatus(descriptor) ?? undefined;
  } catch (error) {
    if (question === 'gently' && isSystemError(error)) return undefined;
    addon().closeFile(descriptor);
    throw error;
  }
}

/** Whether a path, as the kernel shows it for a loop device, may be that of one of the images. */
function mayBe(shown: string, wanted: ReadonlyMap<ImageKey, Image>): boolean {
  const status = addon().fileStatus(shown);
  return status === null || wanted.has(imageKey(status.device, status.inode));
}

/**
 * Attaches an open file to a free loop device. The device clears itself when the last one that has it open closes it,
 * so that nothing is left of a program that is killed before device-mapper has taken it over.
 * @param lasting where it has to stay when nobody has it open: told of its path before it is attached
 * @throws Refusal when there is no free loop device, or no direct I/O where it is asked for
 */
export function attachLoop(
  image: Image,
  file: number,
  readOnly: boolean,
  held: HeldDescriptors,
  lasting?: (path: string) => void,
): OpenLoop {
  const { directIo } = configuration();
  if (directIo === 'on') requireSafeDirectIo(file, image);
  const clears = lasting === undefined ? LOOP_AUTOCLEAR : 0;
  const flags = clears | (directIo === 'on' ? LOOP_DIRECT_IO : 0) | (readOnly ? LOOP_READ_ONLY : 0);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const path = `/dev/loop${freeNumber(image)}`;
    lasting?.(path);
    const descriptor = readOnly ? openToRead(path) : openToWrite(path);
    try {
      addon().configureLoop(descriptor, file, flags, image.path);
    } catch (error) {
      addon().closeFile(descriptor);
      if (isSystemError(error, 'EBUSY')) continue;
      if (isSystemError(error, 'EINVAL', 'ENOTTY'))
        throw new Refusal(
          `${path} cannot be attached to ${image.role} ${image.path}: the kernel has no LOOP_CONFIGURE (Linux 5.8)`,
        );
      throw error;
    }
    held.hold(descriptor);
    return withLoop(descriptor, lasting !== undefined, () => {
      if (directIo === 'on') requireDirectIo(descriptor, image);
      return { path, descriptor, device: descriptorDevice(descriptor), flags };
    });
  }
  throw new Refusal(`no free loop device for ${image.role} ${image.path}: see losetup -l for what uses them`);
}

/** What was attached and would last is let go again when something is wrong with it. */
function withLoop<Result>(descriptor: number, lasts: boolean, look: () => Result): Result {
  try {
    return look();
  } catch (error) {
    if (lasts) addon().detachLoop(descriptor);
    throw error;
  }
}

function freeNumber(image: Image): number {
  try {
    return addon().freeLoopNumber();
  } catch (error) {
    if (isSystemError(error, 'EACCES', 'EPERM'))
      throw new Refusal('no permission to open /dev/loop-control: run as root');
    if (isSystemError(error, 'ENOENT', 'ENODEV', 'ENXIO'))
      throw new Refusal('the kernel has no loop devices: load the module (modprobe loop)');
    if (isSystemError(error))
      throw new Refusal(
        `no free loop device for ${image.role} ${image.path} (${error.code}): see losetup -l for what uses them`,
      );
    throw error;
  }
}
