/** What a disk is made of: the blocks that snapshots keep, or files that are clones of others. */
export type DeviceType = 'snapshot' | 'origin';
export type ReflinkType = 'reflink' | 'reflink-origin';

export function isDeviceType(text: string): text is DeviceType {
  return text === 'snapshot' || text === 'origin';
}

export function isReflinkType(text: string): text is ReflinkType {
  return text === 'reflink' || text === 'reflink-origin';
}

/** All of them, as errors say that something is none. */
export const NO_TYPE = 'neither snapshot nor origin, nor reflink or reflink-origin';
