import type { DeviceNumber } from '../devices/plan/device-number.ts';
import type { ImageKey } from '../devices/plan/image-key.ts';
import type { LoopDevice, MappedDevice } from './facts.ts';

/**
 * Whether the files behind loop devices are those that the names of the devices on them say. A device that went between the
 * two questions leaves its loop device to another file.
 */
export function fitTogether(devices: readonly MappedDevice[], loops: readonly LoopDevice[]): boolean {
  const files = new Map(loops.map(({ device, key }) => [device, key]));
  const carries = (number: DeviceNumber, key: ImageKey | undefined) => {
    const file = files.get(number);
    return file === undefined || file === key;
  };
  return devices.every(({ identity, target }) => {
    if (target.kind !== 'origin' && target.kind !== 'snapshot') return true;
    if (target.kind === 'origin') return carries(target.base, identity.base);
    const cows = identity.type === 'snapshot' ? identity.cows : [];
    return (
      carries(target.table.cow, cows.at(-1)) &&
      (cows.length !== 1 || carries(target.table.origin, identity.base))
    );
  });
}
