import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { Refusal } from '../words/refusal.ts';
import { isBackedBy } from './kernel/backed-by.ts';
import type { DiskLocks } from './kernel/base-lock.ts';
import { buildStack } from './kernel/build-stack.ts';
import { foreignTable } from './kernel/device-state.ts';
import type { Image } from './kernel/images.ts';
import { removeUnused } from './kernel/remove-device.ts';
import { type UdevSession, withUdevSession } from './kernel/udev-session.ts';
import { Undo } from './kernel/undo.ts';
import { endWholeWrites } from './kernel/whole-writes.ts';
import { nodeOf, snapshotName } from './plan/device-names.ts';
import { parseSnapshotStatus, type SnapshotStatus } from './plan/snapshot-status.ts';
import {
  MERGE,
  parseMergeTable,
  parseSnapshotTable,
  printSnapshotTable,
  type SnapshotTable,
} from './plan/snapshot-table.ts';
import { planStack } from './plan/stack-plan.ts';

/** How long a program that only looks at the device (udev, mostly) may keep it from going. */
const GLANCE_MILLISECONDS = 2000;

/** The device that merges a store into its base. */
export function mergeName(base: Image, cow: Image): string {
  return snapshotName(base.key, [cow.key]);
}

/**
 * Has the kernel write the blocks that a store keeps back to its base, or finds that it does so already: it goes on with it
 * whatever becomes of this program. The caller holds the base's lock, and knows that nobody uses the base.
 * @param force whether the store is merged though it was begun on another version of the base
 * @throws Refusal
 */
export function beginMerge(base: Image, cow: Image, locks: DiskLocks, force: boolean): void {
  const name = mergeName(base, cow);
  withUdevSession(udev => {
    // What a killed one has left: a table that was loaded and never made live, or a device that stands still.
    const state = addon().deviceTable(name);
    if (state?.inactiveTable && state.liveTable) addon().clearInactiveTable(name);
    if (state?.suspended && state.liveTable) udev.resume(name);
    if (isMerging(name, base, cow)) {
      if (mergeStatus(name)?.kind === 'serving') return;
      // It failed, and tries nothing more: a new device goes on where it was.
      takeDown(name, udev);
    }
    const undo = new Undo();
    undo.guard(() => {
      const layers = planStack(base, [cow]);
      const stack = { base, layers, origin: false, merge: true, runningOrigin: undefined, locks, force };
      buildStack(stack, udev, undo);
      turnIntoMerge(name, udev);
    });
  });
}

/** Reloads a snapshot as the merge of its store, with the same parameters. */
function turnIntoMerge(name: string, udev: UdevSession): void {
  const table = parseSnapshotTable(addon().deviceTable(name)?.targets ?? []);
  if (table === undefined) throw foreignTable(name, 'it is not one persistent snapshot');
  try {
    addon().loadTable(name, table.length, MERGE, printSnapshotTable(table));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new Refusal(`the kernel does not merge ${nodeOf(name)} (${error.code}): the reason is in dmesg`);
  }
  udev.ready();
  addon().holdSignals();
  try {
    addon().suspendDevice(name);
    udev.resume(name);
  } finally {
    addon().releaseSignals();
  }
}

/** @throws Refusal when the device merges something else */
function isMerging(name: string, base: Image, cow: Image): boolean {
  const table = mergeTable(name);
  if (table === undefined) return false;
  if (!isBackedBy(table.origin, base))
    throw foreignTable(name, `its base ${table.origin} is not ${base.path}`);
  if (!isBackedBy(table.cow, cow)) throw foreignTable(name, `its cow ${table.cow} is not ${cow.path}`);
  return true;
}

function mergeTable(name: string): SnapshotTable | undefined {
  return parseMergeTable(addon().deviceTable(name)?.targets ?? []);
}

/** How far a merge is: what its store still keeps. Undefined where none of that name is under way. */
export function mergeStatus(name: string): SnapshotStatus | undefined {
  const targets = addon().deviceStatus(name)?.targets ?? [];
  return targets[0]?.type === MERGE ? parseSnapshotStatus(targets) : undefined;
}

/**
 * Takes down the device of a merge. The caller holds the base's lock.
 * @throws Refusal when something keeps it open
 */
export function endMerge(name: string): void {
  withUdevSession(udev => takeDown(name, udev));
}

/**
 * The same for one that may have been left before it merged, or have no table. Where none is there it does nothing.
 * @throws Refusal when something keeps it open
 */
export function giveUpMerge(name: string): void {
  const type = addon().deviceTable(name)?.targets[0]?.type;
  withUdevSession(udev => takeDown(name, udev, type === 'snapshot' ? 'snapshot' : MERGE));
}

function takeDown(name: string, udev: UdevSession, type: 'snapshot' | typeof MERGE = MERGE): void {
  const base = mergeTable(name)?.origin;
  const removal = removeUnused(name, type, GLANCE_MILLISECONDS, udev);
  if (removal.kind === 'in use' || removal.kind === 'lingering')
    throw new Refusal(
      `${nodeOf(name)} is open${removal.kind === 'in use' ? ` by ${removal.users}` : ''}: ` +
        'close it, and run the same command again',
    );
  if (base !== undefined) endWholeWrites(base);
}
