import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import { storeSize } from '../plan/exception-store.ts';
import type { Layer } from '../plan/stack-plan.ts';
import type { Bytes, Sectors } from '../plan/units.ts';
import { type Backing, isLook, loopBacking, openGivenDevice } from './backing.ts';
import { openCowFile } from './cow-file.ts';
import { fitForVms } from './direct-io.ts';
import type { HeldDescriptors } from './held-descriptors.ts';
import type { Image } from './images.ts';
import { attachLoop, type OpenLoop } from './loop-devices.ts';
import { ourDevices } from './mapper-name.ts';
import { holdersOf } from './open-descriptor.ts';
import { noRoomText } from './room.ts';
import { canBePutAside, StaleCow } from './stale-cow.ts';
import { requireWholeStore } from './store-contents.ts';

/** A cow whose snapshot is not there yet: opened and found fit to carry a store. */
export interface CheckedCow {
  image: Image;
  descriptor: number;
  chunk: Sectors;
}

/**
 * Opens the cow of a snapshot that has to be made.
 * @throws Refusal when it is not fit to carry a store
 */
export function openCow(image: Image, held: HeldDescriptors): CheckedCow {
  return { image, ...openCowFile(image, held) };
}

/**
 * The cow as a block device, large enough that its store cannot overflow where it is a file.
 * @param loop the one that the file has already
 * @param device the size of the snapshot that will use it
 * @throws Refusal
 */
export function attachCow(
  cow: CheckedCow,
  loop: OpenLoop | undefined,
  device: Sectors,
  held: HeldDescriptors,
): Backing {
  const { image, descriptor, chunk } = cow;
  if (image.device !== undefined) return openGivenDevice(image, image.device, held);
  const size = storeSize(device, chunk);
  if (loop === undefined || isLook(loop)) {
    // Another program may have made it too small to take every chunk of its base.
    growCow(image, descriptor, size);
    return loopBacking(attachLoop(image, descriptor, false, held), size);
  }
  const fit = fitForVms(image, loop);
  growCow(image, descriptor, size);
  addon().refreshLoopSize(fit.descriptor);
  return loopBacking(fit, size);
}

function growCow({ path }: Image, descriptor: number, size: Bytes): void {
  if (addon().descriptorStatus(descriptor).size < size) requireWholeStore(descriptor, path);
  try {
    addon().growFile(descriptor, size);
  } catch (error) {
    const noRoom = noRoomText(error, path, size);
    if (noRoom !== undefined)
      throw new Refusal(`cow ${path} cannot be given its size: ${noRoom}, then try again`);
    throw error;
  }
}

/**
 * A store serves one snapshot: a second one on it would destroy both.
 * @param loop the one that the cow's file has
 * @throws Refusal when something else uses it; StaleCow when it is the template's own, and another image does
 */
export function requireUnused(base: Image, layer: Layer<Image>, loop: OpenLoop | undefined): void {
  const { cow } = layer;
  const device = cow.device ?? (loop === undefined || isLook(loop) ? undefined : loop.device);
  const [holder] = device === undefined ? [] : holdersOf(device);
  if (holder === undefined) return;
  const path = loop?.path ?? cow.path;
  const [ours] = ourDevices([holder]);
  if (ours !== undefined && ours.identity.base !== base.key && canBePutAside(base, layer))
    throw new StaleCow(cow);
  throw new Refusal(
    `cow ${cow.path} is in use already: ${path} carries ${holder} (see dmsetup ls); give another cow`,
  );
}
