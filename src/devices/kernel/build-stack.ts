import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import { deviceName, originName } from '../plan/device-names.ts';
import type { DeviceNumber } from '../plan/device-number.ts';
import type { OriginTable } from '../plan/origin-table.ts';
import type { Layer } from '../plan/stack-plan.ts';
import { isBackedBy } from './backed-by.ts';
import { type Backing, openBase } from './backing.ts';
import type { DiskLocks } from './base-lock.ts';
import { bindStores } from './bind-stores.ts';
import { attachCow, openCow, requireUnused } from './cow-backing.ts';
import { foreignTable, type Standing, standingOf } from './device-state.ts';
import { firstLayersOn } from './first-layers.ts';
import { withHeldDescriptors } from './held-descriptors.ts';
import type { Image } from './images.ts';
import { findLoops } from './loop-devices.ts';
import { requireOneName } from './one-name.ts';
import { makeOrigin, verifyOrigin, withOriginSuspended } from './origin-device.ts';
import { type LiveLayer, makeLayer, verifyLayer } from './snapshot-layer.ts';
import { requireStoresAnswer } from './store-answers.ts';
import type { UdevSession } from './udev-session.ts';
import type { Undo } from './undo.ts';
import { endWholeWrites, keepWritesWhole, storeDevice } from './whole-writes.ts';

/** What has to exist when it is done. */
export interface Stack {
  base: Image;
  layers: Layer<Image>[];
  /** Whether an origin is asked for as well. */
  origin: boolean;
  /** Whether its store is going to be merged into the base, which is written to then. */
  merge?: boolean;
  /** Whether kept stores are taken for what they are given as, though they were begun on something else. */
  force?: boolean;
  /** Those that the caller holds. */
  locks: DiskLocks;
  /** The table of the base's origin where there is one already. */
  runningOrigin: OriginTable | undefined;
}

/** A layer whose device is not there, or was left without a table. */
interface MissingLayer {
  layer: Layer<Image>;
  standing: Standing & { kind: 'absent' | 'unfinished' };
}

/**
 * Makes what is missing of a stack, and proves that the rest is what it should be. The caller holds the base's lock.
 * @throws Refusal, before anything is made or with what was made recorded in `undo`
 */
export function buildStack(stack: Stack, udev: UdevSession, undo: Undo): void {
  const { base, runningOrigin } = stack;
  if (runningOrigin !== undefined) verifyOrigin(runningOrigin, base);
  const { live, missing } = survey(stack, udev);
  const merge = stack.merge === true;
  // A merge that was killed before its first block may have left the device, and nothing noted on the base.
  if (missing.length === 0 && (!stack.origin || runningOrigin !== undefined) && !merge) return;

  if (stack.origin && runningOrigin === undefined) requireStoresAnswer(base);
  stack.locks.takeCows(missing.map(({ layer }) => layer.cow));
  withHeldDescriptors(held => {
    const toMake = missing.map(({ layer, standing }) => ({ layer, standing, cow: openCow(layer.cow, held) }));
    for (const { layer, standing } of toMake)
      if (standing.kind === 'unfinished' && standing.state.inactiveTable)
        addon().clearInactiveTable(layer.name);

    const loops = findLoops([base, ...toMake.map(({ layer }) => layer.cow)].filter(isFile), held);
    const baseBacking = openBase(base, loops.get(base.key), stack.origin || merge, held);
    requireOneDevice(base, baseBacking, runningOrigin?.base ?? live?.base);
    requireOneName(base, baseBacking.device);
    for (const { layer } of toMake) requireUnused(base, layer, loops.get(layer.cow.key));
    const bound = bindStores({
      base,
      live: stack.layers[stack.layers.length - missing.length - 1],
      toMake,
      written: runningOrigin !== undefined,
      opens: (stack.origin && runningOrigin === undefined) || merge,
      merge,
      handedOut: !stack.origin && !merge,
      force: stack.force === true,
    });

    if (merge) keepWhole(baseBacking.device, undo);
    let under = live?.top ?? { device: baseBacking.device, length: baseBacking.size };
    for (const [index, { layer, standing, cow }] of toMake.entries()) {
      const backing = attachCow(cow, loops.get(layer.cow.key), under.length, held);
      bound.note(index);
      const origin = layer.first && runningOrigin !== undefined ? originName(base.key) : undefined;
      if (origin !== undefined) keepWhole(backing.device, undo);
      under = makeLayer(layer, standing, under, base, backing, cow.chunk, origin, udev);
      undo.add(() => withOriginSuspended(origin, udev, () => udev.remove(layer.name)));
    }
    bound.noteBase();
    if (stack.origin && runningOrigin === undefined) {
      for (const first of firstLayersOn(base.key)) keepWhole(storeDevice(deviceName(first)), undo);
      makeOrigin(base, baseBacking, udev);
      undo.add(() => udev.remove(originName(base.key)));
    }
  });
}

/** Where old blocks are about to be copied to. */
function keepWhole(device: DeviceNumber | undefined, undo: Undo): void {
  if (device === undefined) return;
  keepWritesWhole(device);
  undo.add(() => endWholeWrites(device));
}

function isFile(image: Image): boolean {
  return image.device === undefined;
}

interface Survey {
  /** What is there: the device under the first layer, and the topmost layer. */
  live: { base: DeviceNumber; top: LiveLayer } | undefined;
  /** What is not, in the order in which it has to be made. */
  missing: MissingLayer[];
}

/** Looks at every layer from the base up, and resumes what somebody left suspended. */
function survey({ base, layers }: Stack, udev: UdevSession): Survey {
  let live: Survey['live'];
  const missing: MissingLayer[] = [];
  for (const layer of layers) {
    const standing = standingOf(layer.name);
    if (standing.kind !== 'live') {
      missing.push({ layer, standing });
      continue;
    }
    if (missing.length > 0) throw foreignTable(layer.name, 'the layer under it is not there');
    const below = live;
    const found = verifyLayer(layer, standing, device =>
      below === undefined ? isBackedBy(device, base) : device === below.top.device,
    );
    if (standing.state.suspended) udev.resume(layer.name);
    live = { base: below?.base ?? found.table.origin, top: found };
  }
  return { live, missing };
}

/** A base that is used through two block devices would be corrupted: neither would know of the other's snapshots. */
function requireOneDevice(base: Image, backing: Backing, used: DeviceNumber | undefined): void {
  if (used !== undefined && used !== backing.device)
    throw new Refusal(
      `base ${base.path} is in use through two block devices, ${used} and ${backing.device}: ` +
        'writing to both would corrupt it; take down what uses one of them',
    );
}
