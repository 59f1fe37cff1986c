import { addon } from '../../native/addon.ts';
import { type Mount, parseMounts } from '../plan/mount-table.ts';

/** The mounts of this namespace. */
export function readMounts(): Mount[] {
  return parseMounts(addon().readWholeText('/proc/self/mountinfo'));
}

/** The mount that a path leads to; undefined where the kernel does not tell (before Linux 5.8). */
export function mountOf(path: string): Mount | undefined {
  const id = addon().mountNumber(path);
  return id === null ? undefined : readMounts().find(mount => mount.id === id);
}
