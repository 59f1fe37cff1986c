import type { DeviceNumber } from '../../devices/plan/device-number.ts';
import { deviceOf } from '../../devices/plan/image-key.ts';
import { type Bytes, bytes, SECTOR_BYTES } from '../../devices/plan/units.ts';
import type { Facts, Filesystem, LoopDevice, MappedDevice } from '../facts.ts';
import type { FilesystemRoom } from '../overview.ts';

/**
 * What can still be written to the files under our devices, by the filesystems that they lie on: the cows of snapshots that
 * serve, and the image of a template that runs.
 */
export function filesystemRooms({ devices, loops, filesystems }: Facts): FilesystemRoom[] {
  const byNumber = new Map(loops.map(loop => [loop.device, loop]));
  const unwritten = new Map<Filesystem, number>([...filesystems.values()].map(filesystem => [filesystem, 0]));
  const counted = new Set<DeviceNumber>();
  for (const device of devices) {
    const written = writtenBy(device);
    const loop = written === undefined ? undefined : byNumber.get(written);
    if (loop?.key === undefined || counted.has(loop.device)) continue;
    counted.add(loop.device);
    const filesystem = filesystems.get(deviceOf(loop.key));
    if (filesystem !== undefined)
      unwritten.set(filesystem, (unwritten.get(filesystem) ?? 0) + unwrittenOf(loop, device));
  }
  return [...unwritten].map(([filesystem, count]) => ({
    ...filesystem,
    unwritten: bytes(count),
    fits: count <= filesystem.available,
  }));
}

/** The block device that takes what is written to a device of ours. */
function writtenBy({ target }: MappedDevice): DeviceNumber | undefined {
  if (target.kind === 'origin') return target.base;
  return target.kind === 'snapshot' && target.status.kind === 'serving' && !target.merging
    ? target.table.cow
    : undefined;
}

/** Of a file that has lost its name the store alone tells. */
function unwrittenOf({ file }: LoopDevice, { target }: MappedDevice): Bytes {
  const { size, allocated } = file;
  if (size !== undefined && allocated !== undefined) return bytes(Math.max(0, size - allocated));
  if (target.kind !== 'snapshot' || target.status.kind !== 'serving') return bytes(0);
  return bytes((target.status.all - target.status.used) * SECTOR_BYTES);
}
