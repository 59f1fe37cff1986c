import { configuration } from './configuration.ts';
import { foreignTable, standingOf } from './kernel/device-state.ts';
import { withHeldDescriptors } from './kernel/held-descriptors.ts';
import { findImage, type Image, requireImage } from './kernel/images.ts';
import { verifyOrigin } from './kernel/origin-device.ts';
import { planAside, StaleCow } from './kernel/stale-cow.ts';
import { requireNoOperation } from './operations.ts';
import { nodeOf, originName } from './plan/device-names.ts';
import { fileDisk } from './plan/disk-key.ts';
import { storeSize } from './plan/exception-store.ts';
import { type OriginTable, parseOriginTable } from './plan/origin-table.ts';
import { planStack } from './plan/stack-plan.ts';
import { bytes, type Sectors } from './plan/units.ts';
import { NEW, plannedDevices } from './planned-devices.ts';
import { isMadeWhereMissing, ownPath, sizeOf } from './prepare.ts';
import type { StackRequest } from './request/stack-request.ts';

/**
 * What prepare would do at this moment, a line each: files, loop devices, tables. Nothing is locked, and nothing made: what
 * others do meanwhile may change it. In tables a device that is not there yet is the path that it is made of, in brackets.
 * @param force whether kept stores are taken for what they are given as
 * @throws Refusal where prepare would be refused for what the images, the stores and the devices are
 */
export function plannedPrepare(request: StackRequest, force: boolean): string[] {
  const base = requireImage(request.base);
  requireNoOperation(base);
  try {
    return plannedOn(base, request, force);
  } catch (error) {
    const aside = error instanceof StaleCow ? planAside(error.cow) : undefined;
    if (!(error instanceof StaleCow) || aside === undefined) throw error;
    const rest = plannedOn(base, request, force, error.cow.path);
    return [`file: ${aside.from} becomes ${aside.to}`, ...rest];
  }
}

/** @param gone the path of a cow that is put aside before */
function plannedOn(base: Image, request: StackRequest, force: boolean, gone?: string): string[] {
  const size = sizeOf(base);
  const { cows, made } = findCows(base, size, request, gone);
  const layers = planStack(base, cows);
  const origin = request.type === 'origin';
  const stack = { base, size, layers, origin, runningOrigin: findOrigin(base), force };
  const devices = withHeldDescriptors(held => plannedDevices(stack, held));
  const top = origin ? originName(base.key) : (layers.at(-1)?.name ?? '');
  return [...made, ...devices, `node: ${nodeOf(top)}`];
}

/** The cows of a request, and what is said of the one that is made. */
function findCows(
  base: Image,
  size: Sectors,
  request: StackRequest,
  gone: string | undefined,
): { cows: Image[]; made: string[] } {
  const made: string[] = [];
  const cows = request.cows.map((cow, index) => {
    const found = cow.path === gone ? undefined : findImage(cow);
    if (found !== undefined) return found;
    if (!isMadeWhereMissing(request, index)) return requireImage(cow);
    const path = cow.path === gone ? cow.path : ownPath(cow, base);
    made.push(`file: make ${path}, ${storeSize(size, configuration().chunk)} bytes, sparse`);
    return { ...base, ...cow, key: NEW, disk: fileDisk(NEW), device: undefined, size: bytes(0) };
  });
  return { cows, made };
}

/** @throws Refusal when its name is taken by something else */
function findOrigin(base: Image): OriginTable | undefined {
  const name = originName(base.key);
  const standing = standingOf(name);
  if (standing.kind !== 'live') return undefined;
  const table = parseOriginTable(standing.state.targets);
  if (table === undefined) throw foreignTable(name, 'it is not a snapshot-origin');
  verifyOrigin(table, base);
  return table;
}
