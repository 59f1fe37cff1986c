import { addon } from '../native/addon.ts';
import { isBackedBy } from './kernel/backed-by.ts';
import { isLook } from './kernel/backing.ts';
import { bindStores } from './kernel/bind-stores.ts';
import { type CheckedCow, requireUnused } from './kernel/cow-backing.ts';
import { checkStore } from './kernel/cow-file.ts';
import { foreignTable, standingOf } from './kernel/device-state.ts';
import type { HeldDescriptors } from './kernel/held-descriptors.ts';
import type { Image } from './kernel/images.ts';
import { findLoops, type OpenLoop } from './kernel/loop-devices.ts';
import { requireOneName } from './kernel/one-name.ts';
import { openImage, openToRead } from './kernel/open-descriptor.ts';
import { type LiveLayer, verifyLayer } from './kernel/snapshot-layer.ts';
import { originName } from './plan/device-names.ts';
import { takesDiscards } from './plan/discards.ts';
import { storeSize } from './plan/exception-store.ts';
import type { ImageKey } from './plan/image-key.ts';
import type { OriginTable } from './plan/origin-table.ts';
import { printSnapshotTable } from './plan/snapshot-table.ts';
import type { Layer } from './plan/stack-plan.ts';
import type { Sectors } from './plan/units.ts';

/** The place of a cow in names whose file is not there yet, so that nobody knows its inode. */
export const NEW = 'NEW' as ImageKey;

/** What has to exist when it is done, as buildStack is asked for it. */
export interface PlannedStack {
  base: Image;
  size: Sectors;
  layers: readonly Layer<Image>[];
  origin: boolean;
  runningOrigin: OriginTable | undefined;
  force: boolean;
}

/** The layers that are there, from the base up, and those that have to be made on them. */
interface Survey {
  live: readonly { layer: Layer<Image>; found: LiveLayer }[];
  missing: readonly Layer<Image>[];
}

/** A layer that has to be made, and its cow. */
interface ToMake {
  layer: Layer<Image>;
  cow: CheckedCow;
}

/**
 * What buildStack would find and make, a line each, after the same looks in the same order.
 * @throws Refusal; StaleCow
 */
export function plannedDevices(stack: PlannedStack, held: HeldDescriptors): string[] {
  const { base, origin, runningOrigin } = stack;
  const { live, missing } = survey(stack);
  const opens = origin && runningOrigin === undefined;
  const there = live.map(({ layer }) => `device: ${layer.name} is there`);
  if (origin && !opens) there.push(`device: ${originName(base.key)} is there`);
  if (missing.length === 0 && !opens) return there;

  const toMake = missing.map(layer => ({ layer, cow: lookAtCow(layer.cow, held) }));
  const loops = usableLoops(
    [base, ...missing.map(({ cow }) => cow)].filter(({ device, key }) => device === undefined && key !== NEW),
    held,
  );
  requireFit(stack, live.at(-1)?.layer, toMake, loops, opens);
  const baseLoop = live.length === 0 ? loopLines(base, loops) : [];
  const layers = layerLines(stack, live.at(-1)?.found, toMake, loops);
  const originLine = `device: make ${originName(base.key)}: 0 ${stack.size} snapshot-origin ${deviceOf(base, loops)}`;
  return [...there, ...baseLoop, ...layers, ...(opens ? [originLine] : [])];
}

function survey({ base, layers }: PlannedStack): Survey {
  const live: { layer: Layer<Image>; found: LiveLayer }[] = [];
  const missing: Layer<Image>[] = [];
  for (const layer of layers) {
    const standing = layer.cow.key === NEW ? undefined : standingOf(layer.name);
    if (standing?.kind !== 'live') {
      missing.push(layer);
      continue;
    }
    if (missing.length > 0) throw foreignTable(layer.name, 'the layer under it is not there');
    const below = live.at(-1)?.found.device;
    const found = verifyLayer(layer, standing, device =>
      below === undefined ? isBackedBy(device, base) : device === below,
    );
    live.push({ layer, found });
  }
  return { live, missing };
}

/** What a cow holds; one that is not there yet holds zeros. */
function lookAtCow(image: Image, held: HeldDescriptors): CheckedCow {
  const descriptor = held.hold(image.key === NEW ? openToRead('/dev/zero') : openImage(image, 'read'));
  return { image, descriptor, chunk: checkStore(descriptor, image) };
}

/** Somebody's look into a file is passed by: another loop device is attached. */
function usableLoops(images: readonly Image[], held: HeldDescriptors): Map<ImageKey, OpenLoop> {
  return new Map([...findLoops(images, held)].filter(([, loop]) => !isLook(loop)));
}

/** That nothing else has the images, and that each store was begun on what it is going to lie on. */
function requireFit(
  { base, origin, runningOrigin, force }: PlannedStack,
  live: Layer<Image> | undefined,
  toMake: readonly ToMake[],
  loops: ReadonlyMap<ImageKey, OpenLoop>,
  opens: boolean,
): void {
  const device = base.device ?? loops.get(base.key)?.device;
  if (device !== undefined) requireOneName(base, device);
  for (const { layer } of toMake) requireUnused(base, layer, loops.get(layer.cow.key));
  const written = runningOrigin !== undefined;
  bindStores({
    base,
    live,
    toMake,
    written,
    opens,
    merge: false,
    handedOut: !origin,
    force,
    looksOnly: true,
  });
}

/** @param live the topmost of the layers that are there */
function layerLines(
  { base, size, runningOrigin }: PlannedStack,
  live: LiveLayer | undefined,
  toMake: readonly ToMake[],
  loops: ReadonlyMap<ImageKey, OpenLoop>,
): string[] {
  const length = live?.length ?? size;
  let under: string = live?.device ?? deviceOf(base, loops);
  return toMake.flatMap(({ layer: { name, first }, cow: { image, chunk } }) => {
    const table = printSnapshotTable({
      origin: under,
      cow: deviceOf(image, loops),
      chunk,
      discardZeroesCow: takesDiscards(addon().readText('/proc/sys/kernel/osrelease') ?? undefined, chunk),
    });
    under = `[${name}]`;
    return [
      ...loopLines(image, loops),
      ...growthLines(image, storeSize(length, chunk)),
      ...(first && runningOrigin !== undefined
        ? [`device: ${originName(base.key)} stands still for a moment`]
        : []),
      `device: make ${name}: 0 ${length} snapshot ${table}`,
    ];
  });
}

function loopLines(image: Image, loops: ReadonlyMap<ImageKey, OpenLoop>): string[] {
  if (image.device !== undefined) return [];
  const loop = loops.get(image.key);
  return [loop === undefined ? `loop: attach ${image.path}` : `loop: ${loop.path} has ${image.path}`];
}

function growthLines({ path, device, key, size }: Image, wanted: number): string[] {
  const grows = device === undefined && key !== NEW && size < wanted;
  return grows ? [`file: grow ${path} to ${wanted} bytes`] : [];
}

function deviceOf(image: Image, loops: ReadonlyMap<ImageKey, OpenLoop>): string {
  return loops.get(image.key)?.device ?? image.device ?? `[${image.path}]`;
}
