import { addon } from '../native/addon.ts';
import { warn } from '../words/complaint.ts';
import { Refusal } from '../words/refusal.ts';
import { configuration } from './configuration.ts';
import { requireAnswer } from './kernel/base-answers.ts';
import { CowTaken, type DiskLocks, withBaseLock } from './kernel/base-lock.ts';
import { buildStack } from './kernel/build-stack.ts';
import { makeCowFile } from './kernel/cow-file.ts';
import { findImage, type Image, isStillThere, realPathOf, requireImage } from './kernel/images.ts';
import { descriptorSectors, openImage, withDescriptor } from './kernel/open-descriptor.ts';
import { mendOrigin } from './kernel/origin-device.ts';
import { requireNoClones } from './kernel/other-kind.ts';
import { putAside, StaleCow } from './kernel/stale-cow.ts';
import { withUdevSession } from './kernel/udev-session.ts';
import { Undo } from './kernel/undo.ts';
import { requireNoOperation } from './operations.ts';
import { nodeOf, type OurDevice, ourDevice, snapshotName } from './plan/device-names.ts';
import type { DiskKey } from './plan/disk-key.ts';
import { storeSize } from './plan/exception-store.ts';
import { folderOf } from './plan/folder-of.ts';
import { imageOfCow, ownCow } from './plan/own-cow.ts';
import { planStack } from './plan/stack-plan.ts';
import { SECTOR_BYTES, type Sectors, sectorsOf } from './plan/units.ts';
import type { ImagePath } from './request/image-path.ts';
import type { StackRequest } from './request/stack-request.ts';

/** How often the file at a base's path may be exchanged while this waits for its lock. */
const ATTEMPTS = 10;

export interface PrepareOptions {
  /** The device's name as the caller computed it, where it did. */
  expectedName?: string | undefined;
  /** Whether kept stores are taken for what they are given as, though they were begun on something else. */
  force?: boolean;
  /**
   * Called under the base's lock once it is known which device it is, before anything is made. What it returns is called
   * last of all when what was made is taken back.
   */
  chosen?: (device: OurDevice) => () => void;
  /** Called under the base's lock when the node is there; when it throws, what was made goes again. */
  ready?: (device: OurDevice) => void;
}

/**
 * Makes the devices of a request, or finds that they are there; whichever, they are what was asked for.
 * @throws Refusal, with nothing of this call left and nothing of others touched
 */
export function prepare(request: StackRequest, options: PrepareOptions = {}): OurDevice {
  let cowsInTurn = false;
  let answered: DiskKey | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const base = requireImage(request.base);
    // What is wrong with the files is said before anything is locked or looked at.
    for (const [index, cow] of request.cows.entries())
      if (!isMadeWhereMissing(request, index)) requireImage(cow);
    if (base.size % SECTOR_BYTES !== 0)
      warn(
        `the last ${base.size % SECTOR_BYTES} bytes of base ${base.path} are no full sector: no VM will see them`,
      );
    if (base.device !== undefined && answered !== base.disk) requireAnswer(base);
    answered = base.disk;
    const cows = cowsInTurn ? request.cows.flatMap(cow => findImage(cow) ?? []) : [];
    try {
      const device = withBaseLock(
        base,
        locks => (isStillThere(base) ? prepareOnce(request, base, locks, options) : undefined),
        cows,
      );
      if (device !== undefined) return device;
    } catch (error) {
      if (!(error instanceof CowTaken)) throw error;
      cowsInTurn = true;
    }
  }
  throw new Refusal(`base ${request.base.path} is replaced by another file again and again: try later`);
}

/**
 * The cow of an image that was at the base's path before is put aside, and another is made. The name that the caller computed
 * was right for the files that were there; qubesd computes it anew by those that are there when it has called.
 */
function prepareOnce(
  request: StackRequest,
  base: Image,
  locks: DiskLocks,
  options: PrepareOptions,
): OurDevice {
  try {
    return prepareLocked(request, base, locks, options);
  } catch (error) {
    if (!(error instanceof StaleCow)) throw error;
    const path = putAside(error.cow);
    if (path !== undefined) makeCowFile(path, storeSize(sizeOf(base), configuration().chunk), base);
    return prepareLocked(request, base, locks, { ...options, expectedName: undefined });
  }
}

function prepareLocked(
  request: StackRequest,
  base: Image,
  locks: DiskLocks,
  options: PrepareOptions,
): OurDevice {
  const made: string[] = [];
  try {
    return makeDevice(request, base, locks, options, made);
  } catch (error) {
    for (const path of made) dropMadeCow(base, path);
    throw error;
  }
}

/** @param made gets the cows that had to be made */
function makeDevice(
  request: StackRequest,
  base: Image,
  locks: DiskLocks,
  { expectedName, force, chosen, ready }: PrepareOptions,
  made: string[],
): OurDevice {
  return withUdevSession(udev => {
    const runningOrigin = mendOrigin(base.key, udev);
    requireNoOperation(base);
    const undo = new Undo();
    return undo.guard(() => {
      const layers = planStack(base, findCows(request, base, made));
      const keys = layers.map(({ cow }) => cow.key);
      const origin = request.type === 'origin';
      const device = ourDevice(
        origin ? { type: 'origin', base: base.key } : { type: 'snapshot', base: base.key, cows: keys },
      );
      const { name } = device;
      if (expectedName !== undefined && name !== expectedName)
        throw new Refusal(`${expectedName} does not agree with the files given: they make ${name}`);
      if (chosen !== undefined) undo.add(chosen(device));
      buildStack({ base, layers, origin, runningOrigin, locks, force: force === true }, udev, undo);
      udev.settle();
      for (const under of layers.keys()) mendNode(snapshotName(base.key, keys.slice(0, under + 1)));
      if (origin) mendNode(name);
      ready?.(device);
      return device;
    });
  });
}

/** Without udev, a command that was killed before its end has left a device without its node. */
function mendNode(name: string): void {
  if (addon().fileStatus(nodeOf(name)) === null) addon().mendNode(name);
}

/** A template's own cow may be missing after a crash; any other that is missing is a mistake in the path. */
export function isMadeWhereMissing({ base, cows }: StackRequest, index: number): boolean {
  return index === 0 && cows[0] !== undefined && cows[0].path === ownCow(base.path);
}

/** The cows of a request; the base's own is made where it is missing. */
function findCows(request: StackRequest, base: Image, made: string[]): Image[] {
  return request.cows.map((cow, index) => {
    const found = findImage(cow);
    if (found !== undefined) return found;
    if (isMadeWhereMissing(request, index)) {
      const path = ownPath(cow, base);
      requireNoClones(imageOfCow(path));
      makeCowFile(path, storeSize(sizeOf(base), configuration().chunk), base);
      made.push(path);
    }
    return requireImage(cow);
  });
}

/**
 * Removes a cow that was made in vain. It stays where a device on it, or its node, could not be taken back: by it the next
 * command finds what is left.
 */
function dropMadeCow(base: Image, path: string): void {
  try {
    const name = snapshotName(base.key, [requireImage({ role: 'cow', path }).key]);
    const isLeft = addon().deviceTable(name) !== null || addon().fileStatus(nodeOf(name)) !== null;
    if (!isLeft) addon().removeFile(path);
  } catch {
    // What cannot be told is taken for a device; the error that is thrown says why it was in vain.
  }
}

/**
 * Where the missing cow of a base has to lie: beside the image itself, where a commit looks for it, also when the path
 * that was given leads there by links.
 * @throws Refusal when the cow's path does not lead there
 */
export function ownPath(cow: ImagePath, base: Image): string {
  const real = realPathOf(base);
  const own = ownCow(real);
  const given = folderOf(cow.path);
  const folder = addon().resolveFile(given);
  const isLink = folder !== null && addon().readLink(cow.path) !== null;
  if (own !== undefined && (isLink || `${folder?.path}/${cow.path.slice(given.length)}` === own)) return own;
  throw new Refusal(
    `cow ${cow.path} does not exist, and base ${base.path} is a link to ${real}: ` +
      `give that, and its own cow ${own ?? 'beside it'}`,
  );
}

export function sizeOf(base: Image): Sectors {
  return base.device === undefined
    ? sectorsOf(base.size)
    : withDescriptor(openImage(base, 'read'), descriptorSectors);
}
