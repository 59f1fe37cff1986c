import { snapshotName } from '../../devices/plan/device-names.ts';
import { type Bytes, bytes, SECTOR_BYTES, type Sectors } from '../../devices/plan/units.ts';
import type { MappedDevice } from '../facts.ts';
import { type Fill, type Image, isBroken, type Layer, type LayerState, type Origin } from '../overview.ts';
import { type ImageFinder, unknownImage } from './images.ts';
import type { UserFinder } from './users.ts';

/** What is known of the place that a device has in the tree. */
export interface Surroundings {
  base: Image;
  /** The layer under it, as the table says; undefined for a first one. */
  under: Layer | undefined;
  outdated: (cow: Image) => boolean | undefined;
  /** Whether the template runs: its first layers are needed, whoever has them open. */
  running: boolean;
}

/** One device as a layer, without those that lie on it. */
export function layerOf(
  device: MappedDevice,
  { base, under, outdated, running }: Surroundings,
  findImage: ImageFinder,
  users: UserFinder,
): Layer {
  const { name, identity, target, suspended } = device;
  const snapshot = target.kind === 'snapshot' ? target : undefined;
  const cowKey = identity.type === 'snapshot' ? identity.cows.at(-1) : undefined;
  const cow =
    snapshot === undefined
      ? unknownImage(cowKey)
      : (findImage(snapshot.table.cow) ?? unknownImage(undefined, snapshot.table.cow));
  const state = matchesName(device, base, cow, under?.name) ? stateOf(device) : 'foreign';
  const usage = users.ofDevice(device);
  return {
    name,
    device: device.device,
    suspended,
    state,
    merge: snapshot?.merging === true,
    onBroken: under !== undefined && (isBroken(under.state) || under.onBroken),
    size: snapshot && inBytes(snapshot.table.length),
    cow,
    fill: fillOf(device),
    outdated: under === undefined ? state !== 'merging' && outdated(cow) : under.outdated,
    ...usage,
    unused: usage.unused && !(running && under === undefined),
    layers: [],
  };
}

export function originOf(device: MappedDevice, base: Image, users: UserFinder): Origin {
  const { name, identity, target, suspended } = device;
  const proper = target.kind === 'origin' && (base.key === undefined || base.key === identity.base);
  return {
    name,
    device: device.device,
    suspended,
    state: proper ? 'active' : target.kind === 'none' ? 'unfinished' : 'foreign',
    size: target.kind === 'origin' ? target.size : undefined,
    ...users.ofDevice(device),
  };
}

/** Whether the table is what the name says. A block device may have been given by another node than the one found. */
function matchesName(
  { identity, target }: MappedDevice,
  base: Image,
  cow: Image,
  under: string | undefined,
): boolean {
  if (identity.type !== 'snapshot') return false;
  if (target.kind !== 'snapshot') return target.kind === 'none';
  const same = (image: Image, key: string | undefined) =>
    image.loop === undefined || image.key === undefined || image.key === key;
  const expected =
    identity.cows.length === 1 ? undefined : snapshotName(identity.base, identity.cows.slice(0, -1));
  return same(base, identity.base) && same(cow, identity.cows.at(-1)) && under === expected;
}

function stateOf({ target }: MappedDevice): LayerState {
  if (target.kind === 'none') return 'unfinished';
  if (target.kind !== 'snapshot') return 'foreign';
  if (target.status.kind !== 'serving') return target.status.kind;
  return target.merging ? 'merging' : 'active';
}

function fillOf({ target }: MappedDevice): Fill | undefined {
  if (target.kind !== 'snapshot' || target.status.kind !== 'serving') return undefined;
  const { used, all, metadata } = target.status;
  return { used: inBytes(used), all: inBytes(all), metadata: inBytes(metadata) };
}

function inBytes(length: Sectors): Bytes {
  return bytes(length * SECTOR_BYTES);
}
