import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { originName } from '../plan/device-names.ts';
import type { ImageKey } from '../plan/image-key.ts';
import { type OriginTable, parseOriginTable, printOriginTable } from '../plan/origin-table.ts';
import { isBackedBy } from './backed-by.ts';
import type { Backing } from './backing.ts';
import { foreignTable, standingOf } from './device-state.ts';
import type { Image } from './images.ts';
import { inTheWay } from './in-the-way.ts';
import type { UdevSession } from './udev-session.ts';

/**
 * Every command on a base begins with this: an origin that a killed command left suspended goes on, and one that it
 * left without a table goes away.
 * @returns the table of the origin, where the template runs
 * @throws Refusal when the name is taken by something else
 */
export function mendOrigin(base: ImageKey, udev: UdevSession): OriginTable | undefined {
  const name = originName(base);
  const standing = standingOf(name);
  if (standing.kind === 'absent') return undefined;
  if (standing.kind === 'unfinished') {
    removeUnfinished(name, udev);
    return undefined;
  }
  const table = parseOriginTable(standing.state.targets);
  if (table === undefined) throw foreignTable(name, 'it is not a snapshot-origin');
  if (standing.state.suspended) udev.goOn(name);
  return table;
}

function removeUnfinished(name: string, udev: UdevSession): void {
  try {
    udev.remove(name);
  } catch (error) {
    // Whoever looks at it will be gone soon; an origin that is asked for is finished below all the same.
    if (!isSystemError(error, 'EBUSY')) throw error;
  }
}

/** @throws Refusal when the origin writes to something else than this base */
export function verifyOrigin(table: OriginTable, base: Image): void {
  if (!isBackedBy(table.base, base))
    throw foreignTable(originName(base.key), `its base ${table.base} is not ${base.path}`);
}

/** Makes the origin of a base, whose snapshots are there by now. On failure it is gone. */
export function makeOrigin(base: Image, backing: Backing, udev: UdevSession): void {
  const name = originName(base.key);
  if (standingOf(name).kind === 'absent') addon().createDevice(name);
  try {
    const table: OriginTable = { type: 'snapshot-origin', length: backing.size, base: backing.device };
    addon().loadTable(name, table.length, table.type, printOriginTable(table));
    udev.resume(name);
  } catch (error) {
    udev.remove(name);
    const found = isSystemError(error, 'EBUSY') ? inTheWay(base, backing.device) : undefined;
    if (found !== undefined) throw found;
    if (isSystemError(error, 'EACCES', 'EROFS', 'EPERM'))
      throw new Refusal(`base ${base.path} cannot be written (${error.code}): an origin has to write to it`);
    throw error;
  }
}

/**
 * Runs an action while the origin of a base, where there is one, is suspended: the kernel's documentation
 * (snapshot.rst) asks for it while a snapshot is loaded or unloaded. The template's disk stands still meanwhile, so the
 * action is one call to the kernel. Whatever else can fail comes before. A signal that would end or stop this program
 * waits; after a SIGKILL the next command resumes.
 */
export function withOriginSuspended(origin: string | undefined, udev: UdevSession, action: () => void): void {
  if (origin === undefined) {
    action();
    return;
  }
  udev.ready();
  addon().holdSignals();
  try {
    addon().suspendDevice(origin);
    try {
      action();
    } finally {
      udev.goOn(origin);
    }
  } finally {
    addon().releaseSignals();
  }
}
