import { askDeviceMapper } from '../../devices/kernel/device-state.ts';
import { parseDeviceName } from '../../devices/plan/device-names.ts';
import { deviceNumber } from '../../devices/plan/device-number.ts';
import { parseOriginTable } from '../../devices/plan/origin-table.ts';
import { parseSnapshotStatus } from '../../devices/plan/snapshot-status.ts';
import { MERGE, parseMergeTable, parseSnapshotTable } from '../../devices/plan/snapshot-table.ts';
import { bytes, SECTOR_BYTES } from '../../devices/plan/units.ts';
import { addon, type DeviceState } from '../../native/addon.ts';
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
  const merging = targets[0]?.type === MERGE;
  const table = merging ? parseMergeTable(targets) : parseSnapshotTable(targets);
  if (table === undefined) return { kind: 'foreign' };
  return { kind: 'snapshot', table, status: parseSnapshotStatus(status.targets), merging };
}
