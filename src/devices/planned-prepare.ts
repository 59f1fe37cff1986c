import { addon } from '../native/addon.ts';
import { configuration } from './configuration.ts';
import { isBackedBy } from './kernel/backed-by.ts';
import { isLook } from './kernel/backing.ts';
import { checkStore } from './kernel/cow-file.ts';
import { foreignTable, standingOf } from './kernel/device-state.ts';
import { withHeldDescriptors } from './kernel/held-descriptors.ts';
import { findImage, type Image, requireImage } from './kernel/images.ts';
import { findLoops, type OpenLoop } from './kernel/loop-devices.ts';
import { descriptorSectors, openImage, withDescriptor } from './kernel/open-descriptor.ts';
import { verifyOrigin } from './kernel/origin-device.ts';
import { verifyLayer } from './kernel/snapshot-layer.ts';
import { requireNoOperation } from './operations.ts';
import { nodeOf, originName } from './plan/device-names.ts';
import { takesDiscards } from './plan/discards.ts';
import { fileDisk } from './plan/disk-key.ts';
import { storeSize } from './plan/exception-store.ts';
import type { ImageKey } from './plan/image-key.ts';
import { parseOriginTable } from './plan/origin-table.ts';
import { ownCow } from './plan/own-cow.ts';
import { printSnapshotTable } from './plan/snapshot-table.ts';
import { planStack } from './plan/stack-plan.ts';
import { bytes, type Sectors, sectorsOf } from './plan/units.ts';
import type { StackRequest } from './request/stack-request.ts';

/** The place of a cow in names whose file is not there yet, so that nobody knows its inode. */
const NEW = 'NEW' as ImageKey;

/**
 * What prepare would do at this moment, a line each: files, loop devices, tables. Nothing is locked, and nothing made: what
 * others do meanwhile may change it. In tables a device that is not there yet is the path that it is made of, in brackets.
 * @throws Refusal where prepare would be refused for what the images and the devices are
 */
export function plannedPrepare(request: StackRequest): string[] {
  const base = requireImage(request.base);
  requireNoOperation(base);
  const lines: string[] = [];
  const size = base.device === undefined ? sectorsOf(base.size) : sectorsIn(base);
  const cows = request.cows.map((cow, index) => {
    const found = findImage(cow);
    if (found !== undefined) return found;
    if (index > 0 || cow.path !== ownCow(base.path)) return requireImage(cow);
    lines.push(`file: make ${cow.path}, ${storeSize(size, configuration().chunk)} bytes, sparse`);
    return { ...base, ...cow, key: NEW, disk: fileDisk(NEW), device: undefined, size: bytes(0) };
  });
  const layers = planStack(base, cows);
  const origin = runningOrigin(base);
  withHeldDescriptors(held => {
    const loops = findLoops(
      [base, ...cows].filter(({ device, key }) => device === undefined && key !== NEW),
      held,
    );
    const deviceOf = (image: Image) => usable(loops.get(image.key))?.device ?? image.device;
    let under: { name: string; length: Sectors } = {
      name: deviceOf(base) ?? `[${base.path}]`,
      length: size,
    };
    let attached = false;
    const attachBase = () => {
      if (!attached) lines.push(...loopLines(base, usable(loops.get(base.key))));
      attached = true;
    };
    for (const layer of layers) {
      const { name, cow } = layer;
      const standing = cow.key === NEW ? { kind: 'absent' as const } : standingOf(name);
      if (standing.kind === 'live') {
        const below = under.name;
        const live = verifyLayer(layer, standing, device =>
          layer.first ? isBackedBy(device, base) : device === below,
        );
        lines.push(`device: ${name} is there`);
        under = { name: live.device, length: live.length };
        attached = true;
        continue;
      }
      attachBase();
      lines.push(...loopLines(cow, usable(loops.get(cow.key))));
      const chunk = chunkOf(cow);
      const wanted = storeSize(under.length, chunk);
      if (cow.device === undefined && cow.key !== NEW && cow.size < wanted)
        lines.push(`file: grow ${cow.path} to ${wanted} bytes`);
      if (layer.first && origin) lines.push(`device: ${originName(base.key)} stands still for a moment`);
      const table = printSnapshotTable({
        origin: under.name,
        cow: deviceOf(cow) ?? `[${cow.path}]`,
        chunk,
        discardZeroesCow: takesDiscards(addon().readText('/proc/sys/kernel/osrelease') ?? undefined, chunk),
      });
      lines.push(`device: make ${name}: 0 ${under.length} snapshot ${table}`);
      under = { name: `[${name}]`, length: under.length };
    }
    if (request.type === 'origin' && origin) lines.push(`device: ${originName(base.key)} is there`);
    else if (request.type === 'origin') {
      attachBase();
      lines.push(
        `device: make ${originName(base.key)}: 0 ${size} snapshot-origin ${deviceOf(base) ?? `[${base.path}]`}`,
      );
    }
  });
  const top = request.type === 'origin' ? originName(base.key) : (layers.at(-1)?.name ?? '');
  return [...lines, `node: ${nodeOf(top)}`];
}

/** Somebody's look into a file is passed by: another loop device is attached. */
function usable(loop: OpenLoop | undefined): OpenLoop | undefined {
  return loop === undefined || isLook(loop) ? undefined : loop;
}

function loopLines(image: Image, loop: OpenLoop | undefined): string[] {
  if (image.device !== undefined) return [];
  return [loop === undefined ? `loop: attach ${image.path}` : `loop: ${loop.path} has ${image.path}`];
}

function runningOrigin(base: Image): boolean {
  const name = originName(base.key);
  const standing = standingOf(name);
  if (standing.kind !== 'live') return false;
  const table = parseOriginTable(standing.state.targets);
  if (table === undefined) throw foreignTable(name, 'it is not a snapshot-origin');
  verifyOrigin(table, base);
  return true;
}

function chunkOf(cow: Image): Sectors {
  if (cow.key === NEW) return configuration().chunk;
  if (cow.device === undefined && cow.size === 0) return configuration().chunk;
  return withDescriptor(openImage(cow, 'read'), descriptor => checkStore(descriptor, cow));
}

function sectorsIn(base: Image): Sectors {
  return withDescriptor(openImage(base, 'read'), descriptorSectors);
}
