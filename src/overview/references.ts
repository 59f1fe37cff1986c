import type { DeviceNumber } from '../devices/plan/device-number.ts';
import type { MappedDevice, VmDisk } from './facts.ts';

/** How often devices of ours lie on each block device: each has it open once for every part that it plays in the table. */
export function countReferences(devices: readonly MappedDevice[]): Map<DeviceNumber, number> {
  return countAll(devices.flatMap(lowerDevices));
}

/** What lies directly under a device, from its table. */
export function lowerDevices(device: MappedDevice): DeviceNumber[] {
  const { target } = device;
  return target.kind === 'snapshot' ? [...shownBelow(device), target.table.cow] : shownBelow(device);
}

/** What a device shows where nothing has been written, from its table: of a first layer, and of an origin, the base. */
export function shownBelow({ target }: MappedDevice): DeviceNumber[] {
  if (target.kind === 'snapshot') return [target.table.origin];
  return target.kind === 'origin' ? [target.base] : [];
}

/** How many disks of VMs the kernel serves from each block device. */
export function countServed(disks: readonly VmDisk[]): Map<DeviceNumber, number> {
  return countAll(
    disks.flatMap(({ connected, device }) => (connected && device !== undefined ? [device] : [])),
  );
}

function countAll<Item>(items: readonly Item[]): Map<Item, number> {
  const counts = new Map<Item, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/** The items by what they have in common, in their order. */
export function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
