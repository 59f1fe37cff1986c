import { addon } from '../../native/addon.ts';
import { type Mount, parseMounts } from '../plan/mount-table.ts';

/** The mounts of this namespace. */
export function readMounts(): Mount[] {
  return parseMounts(addon().readWholeText('/proc/self/mountinfo'));
}
