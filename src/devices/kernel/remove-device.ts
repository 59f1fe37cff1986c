import { host } from '../../host/host.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { nodeOf } from '../plan/device-names.ts';
import { deviceNumber } from '../plan/device-number.ts';
import type { OriginTable } from '../plan/origin-table.ts';
import { parseSnapshotStatus } from '../plan/snapshot-status.ts';
import type { MERGE, SnapshotTable } from '../plan/snapshot-table.ts';
import { foreignTable } from './device-state.ts';
import { noteInvalid } from './invalid-store.ts';
import { mapperName } from './mapper-name.ts';
import { holdersOf } from './open-descriptor.ts';
import { patience } from './patience.ts';
import type { UdevSession } from './udev-session.ts';

/**
 * What became of a device that should go:
 * - in use: `users` keep it, as words for a person;
 * - lingering: somebody has it open whom no other device accounts for, and who may close it soon.
 */
export type Removal = { kind: 'absent' | 'removed' | 'lingering' } | { kind: 'in use'; users: string };

type Target = SnapshotTable['type'] | typeof MERGE | OriginTable['type'];

const PAUSE_MILLISECONDS = 5;

/**
 * Removes a device unless somebody has it open.
 * @param type the target that it has to have, unless it was left without a table
 * @param milliseconds how long to wait for the last one that has it open, where that is no device
 * @throws Refusal when it is something that we did not make
 */
export function removeUnused(name: string, type: Target, milliseconds: number, udev: UdevSession): Removal {
  const end = host.elapsed() + patience(milliseconds);
  for (;;) {
    const state = addon().deviceStatus(name);
    if (state === null) {
      // Without udev, a command that was killed before its end has left the node: its number may be another's soon.
      if (addon().fileStatus(nodeOf(name)) !== null) addon().mendNode(name);
      return { kind: 'absent' };
    }
    const [target] = state.targets;
    if (target !== undefined && (state.targets.length > 1 || target.type !== type))
      throw foreignTable(name, `it is not a ${type}`);
    if (state.openCount === 0 && parseSnapshotStatus(state.targets).kind === 'invalid') noteInvalid(name);
    if (state.openCount === 0 && removed(name, udev)) return { kind: 'removed' };
    const holders = holdersOf(deviceNumber(state.major, state.minor));
    const onlyDevices = state.openCount > 0 && state.openCount <= holders.length;
    if (onlyDevices || host.elapsed() >= end)
      return holders.length === 0
        ? { kind: 'lingering' }
        : { kind: 'in use', users: holders.map(holder => mapperName(holder) ?? holder).join(', ') };
    addon().sleepMilliseconds(PAUSE_MILLISECONDS);
  }
}

/** False when somebody opened it since it was looked at. */
function removed(name: string, udev: UdevSession): boolean {
  try {
    udev.remove(name);
    return true;
  } catch (error) {
    if (isSystemError(error, 'EBUSY')) return false;
    if (isSystemError(error, 'ENXIO')) return true;
    throw error;
  }
}
