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
  const names = askDeviceMapper(() => addon().deviceNames()).filter(
    name => parseDeviceName(name) !== undefined,
  );
  return addon()
    .devicesInFull(names)
    .flatMap(([table, status], index) =>
      table === null || status === null ? [] : describe(names[index] ?? '', table, status),
    );
}

function describe(name: string, table: DeviceState, status: DeviceState): MappedDevice {
  const { major, minor, openCount, suspended } = table;
  return {
    name,
    device: deviceNumber(major, minor),
    openCount,
    suspended,
    target: readTarget(table, status),
  };
}

function readTarget({ liveTable, targets }: DeviceState, status: DeviceState): MappedTarget {
  if (!liveTable) return { kind: 'none' };
  const origin = parseOriginTable(targets);
  if (origin !== undefined)
    return { kind: 'origin', base: origin.base, size: bytes(origin.length * SECTOR_BYTES) };
  const merging = targets[0]?.type === 'snapshot-merge';
  const table = parseSnapshotTable(merging ? asSnapshot(targets) : targets);
  if (table === undefined) return { kind: 'foreign' };
  return { kind: 'snapshot', table, status: parseSnapshotStatus(status.targets), merging };
}

/** The table of snapshot-merge has the same form (the kernel's snapshot.rst). */
function asSnapshot(targets: readonly TargetLine[]): TargetLine[] {
  return targets.map(target => ({ ...target, type: 'snapshot' }));
}
