import { snapshotName } from '../../devices/plan/device-names.ts';
import type { DeviceNumber } from '../../devices/plan/device-number.ts';
import type { CloneDevice, Facts, MappedDevice } from '../facts.ts';
import type { Clone, Image, Layer, Overview, SpareLoop, Template } from '../overview.ts';
import { countReferences, groupBy } from '../references.ts';
import { filesystemRooms } from './filesystems.ts';
import { type ImageFinder, imageFinder, imageOfLoop, isOutdated, unknownImage } from './images.ts';
import { layerOf, originOf } from './layers.ts';
import { type UserFinder, userFinder } from './users.ts';

/** The devices of one base. */
interface Group {
  base: Image;
  origin: MappedDevice | undefined;
  members: MappedDevice[];
}

/** Makes the tree of what was seen. Where a device lies is what its table says; its name, where it has no table. */
export function overviewOf(facts: Facts): Overview {
  const findImage = imageFinder(facts);
  const users = userFinder(facts);
  return {
    templates: groupByBase(facts, findImage)
      .map(group => templateOf(group, facts, findImage, users))
      .sort((a, b) => compare(nameOf(a.base), nameOf(b.base))),
    clones: facts.clones.map(clone => cloneOf(clone, users)),
    loops: spareLoops(facts, users),
    staleRecords: users.staleRecords(),
    filesystems: filesystemRooms(facts),
  };
}

function groupByBase({ devices }: Facts, findImage: ImageFinder): Group[] {
  const byNumber = new Map(devices.map(device => [device.device, device]));
  const groups = new Map<string, Group>();
  for (const device of devices) {
    const { identity } = device;
    const number = baseNumber(device, byNumber);
    const found = number === undefined ? undefined : findImage(number);
    const base = found ?? unknownImage(number === undefined ? identity.base : undefined, number);
    const id = base.key ?? base.device ?? '';
    const group = groups.get(id) ?? { base, origin: undefined, members: [] };
    // What a device without a table says of its base is less than what another knows.
    if (group.base.device === undefined) group.base = base;
    groups.set(id, group);
    if (identity.type === 'origin') group.origin = device;
    else group.members.push(device);
  }
  return [...groups.values()];
}

/** The block device at the bottom of a stack; undefined where a device on the way has no table. */
function baseNumber(
  device: MappedDevice,
  byNumber: ReadonlyMap<DeviceNumber, MappedDevice>,
): DeviceNumber | undefined {
  let { target } = device;
  // A stack is never deeper than there are devices.
  for (let depth = 0; depth <= byNumber.size; depth++) {
    if (target.kind === 'origin') return target.base;
    if (target.kind !== 'snapshot') return undefined;
    const under = byNumber.get(target.table.origin);
    if (under === undefined) return target.table.origin;
    target = under.target;
  }
  return undefined;
}

function templateOf(group: Group, facts: Facts, findImage: ImageFinder, users: UserFinder): Template {
  const { base, members } = group;
  const names = new Map(members.map(device => [device.name, device]));
  const numbers = new Map(members.map(device => [device.device, device]));
  const under = ({ identity, target }: MappedDevice): MappedDevice | undefined => {
    if (target.kind === 'snapshot') return numbers.get(target.table.origin);
    if (identity.type !== 'snapshot' || identity.cows.length === 1) return undefined;
    return names.get(snapshotName(identity.base, identity.cows.slice(0, -1)));
  };
  const above = groupBy(members, under);
  const outdated = (cow: Image) => isOutdated(base, cow, facts.ownCows);
  const running = group.origin !== undefined;
  const layersOn = (lower: MappedDevice | undefined, parent: Layer | undefined): Layer[] =>
    (above.get(lower) ?? [])
      .map(device => {
        const layer = layerOf(device, { base, under: parent, outdated, running }, findImage, users);
        layer.layers = layersOn(device, layer);
        return layer;
      })
      .sort(
        (a, b) =>
          Number(a.outdated ?? true) - Number(b.outdated ?? true) || compare(nameOf(a.cow), nameOf(b.cow)),
      );
  const origin = group.origin && originOf(group.origin, base, users);
  const versions = layersOn(undefined, undefined);
  const size = origin?.size ?? versions.find(version => version.size !== undefined)?.size;
  const derived = base.path === undefined ? undefined : facts.derived.get(base.path);
  return { base, size, derived, origin, versions };
}

function cloneOf(clone: CloneDevice, users: UserFinder): Clone {
  const { loop, type, image, source, version, newest } = clone;
  const { node, device } = loop;
  const outdated = version === undefined || newest === undefined ? undefined : version !== newest;
  return { node, device, type, file: imageOfLoop(loop), image, source, outdated, ...users.ofClone(clone) };
}

function spareLoops(facts: Facts, users: UserFinder): SpareLoop[] {
  const references = countReferences(facts.devices);
  const clones = new Set(facts.clones.map(({ loop }) => loop.node));
  return facts.loops
    .filter(({ node, device }) => !references.has(device) && !clones.has(node))
    .map(loop => {
      const found = users.ofNumber(loop.device);
      return {
        node: loop.node,
        device: loop.device,
        file: imageOfLoop(loop),
        users: found,
        unused: found.length === 0,
      };
    });
}

function nameOf({ path, key, device }: Image): string {
  return path ?? key ?? device ?? '';
}

/** By code units, so that the order is the same everywhere. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
