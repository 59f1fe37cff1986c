import { roomOf } from '../../devices/kernel/room.ts';
import type { DeviceNumber } from '../../devices/plan/device-number.ts';
import { deviceOf } from '../../devices/plan/image-key.ts';
import type { Filesystem, LoopDevice } from '../facts.ts';

/** The filesystems that images of ours lie on, each once, by what stat calls them: asked where a file on it has answered. */
export function readFilesystems(
  loops: readonly LoopDevice[],
  lower: ReadonlySet<DeviceNumber>,
): Map<bigint, Filesystem> {
  const byDevice = new Map<bigint, Filesystem>();
  const byPoint = new Map<string, Filesystem>();
  for (const { device, key, file } of loops) {
    if (!lower.has(device) || key === undefined || file.place !== 'present' || file.path === undefined)
      continue;
    const number = deviceOf(key);
    if (byDevice.has(number)) continue;
    const room = roomOf(file.path);
    if (room?.point === undefined) continue;
    // Subvolumes of btrfs have numbers of their own, and share what there is.
    const filesystem = byPoint.get(room.point) ?? {
      point: room.point,
      size: room.all,
      available: room.available,
    };
    byPoint.set(room.point, filesystem);
    byDevice.set(number, filesystem);
  }
  return byDevice;
}
