import { findImage, type Image, openStore, requireImage } from '../../devices/kernel/images.ts';
import { openImage, withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import {
  keepsBlocks,
  keptBytes,
  readStoreHeader,
  requireWholeStore,
} from '../../devices/kernel/store-contents.ts';
import { mergeName } from '../../devices/merge.ts';
import { requireNotReverted } from '../../devices/operations.ts';
import { revertedPath, revertMark } from '../../devices/plan/revert-names.ts';
import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import { listRevisions, type Revision } from '../revisions.ts';
import type { Template } from '../template-files.ts';
import { type NameUser, requireClosed, requireNoSnapshots, requireStopped } from '../users.ts';
import { requireBegunOn, requireBelonging } from './belonging.ts';
import { begunRevert, unmergedStores } from './mark.ts';

/** What a revert is going to do. */
export interface RevertPlan {
  /** How many runs are undone. */
  runs: number;
  /** Those that have not been begun yet to be undone; none for a revert that goes on. */
  revisions: Revision[];
  /** Whether it was begun by another call. */
  goesOn: boolean;
  /** Bytes that are still to be merged. */
  bytes: number;
}

/**
 * Looks at what a revert has to do, and whether it may. The caller holds the base's lock.
 * @param force whether undos are merged though they belong to another version of the image
 * @param wanted how many runs to undo; without it the last one, or as many as a revert that was begun undoes
 * @throws Refusal that says why it may not
 */
export function planRevert(
  template: Template,
  wanted: number | undefined,
  nameUser: NameUser,
  force: boolean,
): RevertPlan {
  const base = template.image;
  const cow = template.cow.path;
  requireStopped(base, nameUser);
  const begun = begunRevert(cow);
  if (begun !== undefined) return planRest(template, begun, wanted, nameUser, force);
  // It may have been begun by another name of the image.
  requireNotReverted(base);
  requireNoSnapshots(base, nameUser);
  requireClosed(base);
  const revisions = listRevisions(cow);
  const runs = wanted ?? 1;
  requireRevisions(base, revisions, runs);
  requireCommitted(template);
  requireNoRemains(cow, runs);
  const undone = revisions.slice(0, runs);
  for (const { path } of undone)
    withDescriptor(openStore(path), descriptor => requireWholeStore(descriptor, path));
  if (!force)
    requireBelonging(
      base,
      undone.map(({ path }) => path),
    );
  return {
    runs,
    revisions: undone,
    goesOn: false,
    bytes: undone.reduce((sum, { changed }) => sum + changed, 0),
  };
}

/** What a revert that was begun has still to do. */
function planRest(
  template: Template,
  begun: number,
  wanted: number | undefined,
  nameUser: NameUser,
  force: boolean,
): RevertPlan {
  const base = template.image;
  if (wanted !== undefined && wanted !== begun)
    throw new Refusal(
      `template ${base.path} is half-way back over ${runsText(begun)}, not ${wanted}: ` +
        `finish that first, block-snapshot revert ${base.path}`,
    );
  const stores = unmergedStores(template.cow.path, begun).map(path => requireImage({ role: 'cow', path }));
  const [first] = stores;
  const device = first && mergeName(base, first);
  requireNoSnapshots(base, nameUser, device);
  // A device that the other call has left has the image open itself.
  const merging = device !== undefined && addon().deviceTable(device) !== null;
  if (!merging) requireClosed(base);
  if (!force) requireBegunOn(base, first?.path, merging);
  const bytes = stores.reduce((sum, store) => sum + bytesIn(store), 0);
  return { runs: begun, revisions: [], goesOn: true, bytes };
}

function requireRevisions(base: Image, revisions: readonly Revision[], runs: number): void {
  const { path } = base;
  if (revisions.length === 0)
    throw new Refusal(`template ${path} has no revision to go back to: no finished run of it is kept`);
  if (runs > revisions.length)
    throw new Refusal(
      `template ${path} has no revision ${runs}: there ${revisions.length === 1 ? 'is 1' : `are ${revisions.length}`} ` +
        `(block-snapshot revisions ${path})`,
    );
  for (const revision of revisions.slice(0, runs)) {
    if (revision.state === 'overflowed')
      throw new Refusal(
        `revision ${revision.number} of ${path} cannot be undone: its store ${revision.path} overflowed, ` +
          'and the old blocks are lost; restore the template from a backup',
      );
    if (revision.state === 'not a store')
      throw new Refusal(
        `revision ${revision.number} of ${path} cannot be undone: ${revision.path} holds something other than a snapshot store`,
      );
  }
}

/** A run that is not committed has to be undone before those before it, and has no revision yet. */
function requireCommitted(template: Template): void {
  const cow = findImage(template.cow);
  if (cow === undefined) return;
  if (cow.device !== undefined)
    throw new Refusal(`cow ${cow.path} is a block device: only templates whose cow is a file are reverted`);
  withDescriptor(openImage(cow, 'read'), descriptor => {
    if (readStoreHeader(descriptor).kind === 'foreign')
      throw new Refusal(
        `cow ${cow.path} holds something other than a snapshot store: it is not known what it is for`,
      );
    if (keepsBlocks(descriptor))
      throw new Refusal(
        `the last run of template ${template.image.path} is not committed yet: ` +
          `block-snapshot commit ${template.image.path}, then it is revision 1`,
      );
  });
}

/** Somebody has removed the mark of a revert by hand: what it had still to merge must not be written over. */
function requireNoRemains(cow: string, runs: number): void {
  for (let number = 1; number <= runs; number++) {
    const path = revertedPath(cow, number);
    if (addon().fileStatus(path) !== null)
      throw new Refusal(
        `${path} is left of a revert whose mark ${revertMark(cow)} was removed: it is not known what the image holds; ` +
          'restore the template from a backup, or move that file away',
      );
  }
}

function bytesIn(store: Image): number {
  return withDescriptor(openImage(store, 'read'), descriptor =>
    keptBytes(descriptor, readStoreHeader(descriptor)),
  );
}

/** `1 run`, `3 runs`. */
export function runsText(runs: number): string {
  return `${runs} run${runs === 1 ? '' : 's'}`;
}
