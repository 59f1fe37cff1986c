import { type ImageKey, isImageKey } from './image-key.ts';

/** Where device-mapper's nodes are. */
export const MAPPER_FOLDER = '/dev/mapper/';

/** DM_NAME_LEN of linux/dm-ioctl.h, less its NUL. */
export const LONGEST_NAME = 127;

/** The node of a device-mapper device. */
export function nodeOf(name: string): string {
  return MAPPER_FOLDER + name;
}

/** What device-mapper calls a device that is given by its node, or by its name already. */
export function nameOf(node: string): string {
  return node.startsWith(MAPPER_FOLDER) ? node.slice(MAPPER_FOLDER.length) : node;
}

/** What the name of one of our devices says. */
export type DeviceIdentity =
  | { type: 'origin'; base: ImageKey }
  | { type: 'snapshot'; base: ImageKey; cows: ImageKey[] };

/** `snapshot-<base>-<cow>[-<cow2>…]`: the base seen through the cows, the first one nearest to the base. */
export function snapshotName(base: ImageKey, cows: readonly ImageKey[]): string {
  return ['snapshot', base, ...cows].join('-');
}

/** `origin-<base>`: what writes to the base and keeps its snapshots as they were. */
export function originName(base: ImageKey): string {
  return `origin-${base}`;
}

/** The prefix that the names of all snapshots of a base share. */
export function snapshotPrefix(base: ImageKey): string {
  return `snapshot-${base}-`;
}

/** The name of a device. */
export function deviceName(identity: DeviceIdentity): string {
  return identity.type === 'origin' ? originName(identity.base) : snapshotName(identity.base, identity.cows);
}

/** One of our devices, as all who come by it need to know it. */
export interface OurDevice {
  /** `/dev/mapper/…` */
  node: string;
  name: string;
  identity: DeviceIdentity;
}

export function ourDevice(identity: DeviceIdentity): OurDevice {
  const name = deviceName(identity);
  return { node: nodeOf(name), name, identity };
}

/** The device that is meant by a node or a name; undefined when it is not one of ours. */
export function findOurDevice(node: string): OurDevice | undefined {
  const name = nameOf(node);
  const identity = parseDeviceName(name);
  return identity && { node: nodeOf(name), name, identity };
}

/** Reads a name back; undefined when it is not one of ours. */
export function parseDeviceName(name: string): DeviceIdentity | undefined {
  const [type, base, ...cows] = name.split('-');
  if (base === undefined || !isImageKey(base)) return undefined;
  if (type === 'origin') return cows.length === 0 ? { type, base } : undefined;
  if (type === 'snapshot' && cows.length > 0 && cows.every(isImageKey)) return { type, base, cows };
  return undefined;
}
