import { askDeviceMapper } from '../../devices/kernel/device-state.ts';
import { parseDeviceName } from '../../devices/plan/device-names.ts';
import { deviceNumber } from '../../devices/plan/device-number.ts';
import { parseOriginTable } from '../../devices/plan/origin-table.ts';
import { parseSnapshotStatus } from '../../devices/plan/snapshot-status.ts';
import { MERGE, parseMergeTable, parseSnapshotTable } from '../../devices/plan/snapshot-table.ts';
import { bytes, SECTOR_BYTES } from '../../devices/plan/units.ts';
import { addon, type FullState } from '../../native/addon.ts';
import type { MappedDevice, MappedTarget } from '../facts.ts';

/**
 * All devices with our names, with their tables and how they are. One that goes meanwhile is not there.
 * @throws Refusal when there is no device-mapper, or no permission to ask it
 */
export function readMappedDevices(): MappedDevice[] {
  const ours = askDeviceMapper(() => addon().deviceNames()).flatMap(name => {
    const identity = parseDeviceName(name);
    return identity === undefined ? [] : { name, identity };
  });
  return addon()
    .devicesInFull(ours.map(({ name }) => name))
    .flatMap((state, index) => {
      const named = ours[index];
      return named === undefined || state === null ? [] : describe(named, state);
    });
}

function describe(named: Pick<MappedDevice, 'name' | 'identity'>, state: FullState): MappedDevice {
  const { major, minor, openCount, suspended } = state;
  return { ...named, device: deviceNumber(major, minor), openCount, suspended, target: readTarget(state) };
}

function readTarget({ liveTable, targets, status }: FullState): MappedTarget {
  if (!liveTable) return { kind: 'none' };
  const origin = parseOriginTable(targets);
  if (origin !== undefined)
    return { kind: 'origin', base: origin.base, size: bytes(origin.length * SECTOR_BYTES) };
  const merging = targets[0]?.type === MERGE;
  const table = merging ? parseMergeTable(targets) : parseSnapshotTable(targets);
  if (table === undefined) return { kind: 'foreign' };
  return { kind: 'snapshot', table, status: parseSnapshotStatus(status), merging };
}
