import { askDeviceMapper } from '../../devices/kernel/device-state.ts';
import { parseDeviceName } from '../../devices/plan/device-names.ts';
import { deviceNumber } from '../../devices/plan/device-number.ts';
import { parseOriginTable } from '../../devices/plan/origin-table.ts';
import { parseSnapshotStatus } from '../../devices/plan/snapshot-status.ts';
import { parseSnapshotTable } from '../../devices/plan/snapshot-table.ts';
import { bytes, SECTOR_BYTES } from '../../devices/plan/units.ts';
import { addon, type DeviceState, type TargetLine } from '../../native/addon.ts';
import type { MappedDevice, MappedTarget } from '../facts.ts';

/**
 * All devices with our names, with their tables and how they are. One that goes meanwhile is not there.
 * @throws Refusal when there is no device-mapper, or no permission to ask it
 */
export function readMappedDevices(): MappedDevice[] {
  const names = askDeviceMapper(() => addon().deviceNames());
  return names.filter(name => parseDeviceName(name) !== undefined).flatMap(name => readDevice(name) ?? []);
}

function readDevice(name: string): MappedDevice | undefined {
  const state = addon().deviceTable(name);
  const target = state && readTarget(name, state);
  if (state === null || target === null || target === undefined) return undefined;
  const { major, minor, openCount, suspended } = state;
  return { name, device: deviceNumber(major, minor), openCount, suspended, target };
}

/** Undefined when the device has gone. */
function readTarget(name: string, { liveTable, targets }: DeviceState): MappedTarget | undefined {
  if (!liveTable) return { kind: 'none' };
  const origin = parseOriginTable(targets);
  if (origin !== undefined)
    return { kind: 'origin', base: origin.base, size: bytes(origin.length * SECTOR_BYTES) };
  const merging = targets[0]?.type === 'snapshot-merge';
  const table = parseSnapshotTable(merging ? asSnapshot(targets) : targets);
  if (table === undefined) return { kind: 'foreign' };
  const status = addon().deviceStatus(name);
  if (status === null) return undefined;
  return { kind: 'snapshot', table, status: parseSnapshotStatus(status.targets), merging };
}

/** The table of snapshot-merge has the same form (the kernel's snapshot.rst). */
function asSnapshot(targets: readonly TargetLine[]): TargetLine[] {
  return targets.map(target => ({ ...target, type: 'snapshot' }));
}
