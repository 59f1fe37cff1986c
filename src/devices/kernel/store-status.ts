import { addon } from '../../native/addon.ts';
import { parseSnapshotStatus, type SnapshotStatus } from '../plan/snapshot-status.ts';

/** What a snapshot says of its store; undefined where there is no device of that name. */
export function storeStatus(name: string): SnapshotStatus | undefined {
  const state = addon().deviceStatus(name);
  return state === null ? undefined : parseSnapshotStatus(state.targets);
}
