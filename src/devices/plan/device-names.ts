import { type ImageKey, isImageKey } from './image-key.ts';

/** Where device-mapper's nodes are. */
export const MAPPER_FOLDER = '/dev/mapper/';

/** DM_NAME_LEN of linux/dm-ioctl.h, less its NUL. */
export const LONGEST_NAME = 127;

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

/** Reads a name back; undefined when it is not one of ours. */
export function parseDeviceName(name: string): DeviceIdentity | undefined {
  const [type, base, ...cows] = name.split('-');
  if (base === undefined || !isImageKey(base)) return undefined;
  if (type === 'origin') return cows.length === 0 ? { type, base } : undefined;
  if (type === 'snapshot' && cows.length > 0 && cows.every(isImageKey)) return { type, base, cows };
  return undefined;
}
