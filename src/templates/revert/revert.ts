import { setTimeout as pause } from 'node:timers/promises';
import type { DiskLocks } from '../../devices/kernel/base-lock.ts';
import { closeBaseVersion } from '../../devices/kernel/base-version.ts';
import { type Image, openStore, requireImage } from '../../devices/kernel/images.ts';
import { readStoreLabel } from '../../devices/kernel/label-file.ts';
import { withBaseFile } from '../../devices/kernel/live-stores.ts';
import { openImage, withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import { keepsBlocks } from '../../devices/kernel/store-contents.ts';
import { beginMerge, endMerge, mergeName, mergeStatus } from '../../devices/merge.ts';
import { nodeOf } from '../../devices/plan/device-names.ts';
import { SECTOR_BYTES } from '../../devices/plan/units.ts';
import { addon } from '../../native/addon.ts';
import type { Progress } from '../../words/progress.ts';
import { Refusal } from '../../words/refusal.ts';
import { durationText } from '../../words/times.ts';
import { withOperation } from '../operation-lock.ts';
import { linkRevisions } from '../revisions.ts';
import { findTemplate, type Template, type TemplateFiles } from '../template-files.ts';
import { withTemplateLock } from '../template-lock.ts';
import type { NameUser } from '../users.ts';
import { whenFree } from '../when-free.ts';
import {
  begunRevert,
  claimRevisions,
  dropMerged,
  makeMark,
  noteMark,
  removeMark,
  unmergedStores,
} from './mark.ts';
import { planRevert, type RevertPlan } from './plan.ts';
import { requireRoomToMerge } from './room-to-merge.ts';
import { noteTouched, noteUntouched } from './untouched.ts';

/** Milliseconds between two looks at a merge: a part of what it has taken so far, so that its end is seen soon. */
const PART_OF_ELAPSED = 1 / 20;
const SHORTEST_PAUSE = 2;
const LONGEST_PAUSE = 250;

/** Milliseconds without a block merged after which a person is told: no disk that works takes so long for one. */
const STANDSTILL = 300_000;

export interface RevertOptions {
  /** How many runs to undo; without it, the last one. */
  revision?: number | undefined;
  /** Whether a person wants it, knowing what it does; nothing is locked meanwhile. Not asked where a revert goes on. */
  confirm: (plan: RevertPlan) => Promise<boolean>;
  /** Whether undos are merged though they belong to another version of the image. */
  force?: boolean;
  progress: Progress;
  nameUser: NameUser;
}

/** What became of a revert. */
export interface Reverted {
  runs: number;
  /** Bytes that were merged by this call. */
  bytes: number;
  goesOn: boolean;
}

/**
 * Undoes the last runs of a template: the kernel writes the blocks that each has kept back, the last run's first.
 * Interrupted anywhere, the next call goes on where it was, and until then nothing starts on the template.
 * @returns undefined when the person does not want it
 * @throws Refusal
 */
export async function revert(files: TemplateFiles, options: RevertOptions): Promise<Reverted | undefined> {
  const template = findTemplate(files);
  const base = template.image;
  const look = () => planRevert(template, options.revision, options.nameUser, options.force === true);
  const shown = await whenFree(template, look);
  if (!shown.goesOn && !(await options.confirm(shown))) return undefined;
  return withOperation(base, 'a revert', async () => {
    const plan = withTemplateLock(template, () => {
      const now = look();
      requireSame(base, shown, now);
      const stores = now.goesOn
        ? unmergedStores(template.cow.path, now.runs)
        : now.revisions.map(({ path }) => path);
      requireRoomToMerge(base, stores);
      for (const { path } of now.revisions) noteUntouched(path);
      if (now.goesOn) noteMark(template);
      else makeMark(template, now.runs);
      claimRevisions(template.cow.path, now.runs);
      return now;
    });
    options.progress.start(plan.bytes);
    try {
      await mergeAll(template, plan, options);
      withTemplateLock(template, () => linkRevisions(template));
    } finally {
      options.progress.end();
    }
    return { runs: plan.runs, bytes: plan.bytes, goesOn: plan.goesOn };
  });
}

/**
 * What a revert would do at this moment.
 * @throws Refusal where it would be refused
 */
export function plannedRevert(
  files: TemplateFiles,
  revision: number | undefined,
  nameUser: NameUser,
  force: boolean,
): Promise<RevertPlan> {
  const template = findTemplate(files);
  return whenFree(template, () => planRevert(template, revision, nameUser, force));
}

/** While the person thought about it, another may have done something. */
function requireSame(base: Image, shown: RevertPlan, now: RevertPlan): void {
  const paths = (plan: RevertPlan) => plan.revisions.map(({ ended }) => ended).join();
  if (shown.goesOn !== now.goesOn || paths(shown) !== paths(now))
    throw new Refusal(`the revisions of template ${base.path} have changed in this moment: look again`);
}

/** Merges one store after the other; each step is found from what is there, so that it does not matter who does it. */
async function mergeAll(
  template: Template,
  plan: RevertPlan,
  { progress, force = false }: RevertOptions,
): Promise<void> {
  const base = template.image;
  let left = plan.bytes;
  for (;;) {
    const device = withTemplateLock(template, locks => beginNext(template, plan.runs, locks, force));
    if (device === undefined) break;
    const before = left;
    let first: number | undefined;
    await waitForMerge(base, device.name, kept => {
      first ??= kept;
      left = Math.max(0, before - (first - kept));
      progress.update(plan.bytes - left);
    });
    withTemplateLock(template, () => finish(template, device));
    left = Math.max(0, before - (first ?? 0));
  }
}

interface Merging {
  name: string;
  store: string;
}

/** @returns undefined when all is done, the mark included */
function beginNext(template: Template, runs: number, locks: DiskLocks, force: boolean): Merging | undefined {
  const base = template.image;
  const cow = template.cow.path;
  const [store] = unmergedStores(cow, runs);
  if (store === undefined) {
    if (begunRevert(cow) !== undefined) removeMark(template);
    return undefined;
  }
  const image = requireImage({ role: 'cow', path: store });
  noteTouched(store);
  beginMerge(base, image, locks, force);
  return { name: mergeName(base, image), store };
}

/** @param kept is told, again and again, how many bytes there are left to merge */
async function waitForMerge(base: Image, name: string, kept: (bytes: number) => void): Promise<void> {
  const started = performance.now();
  let least = Number.POSITIVE_INFINITY;
  let since = started;
  for (;;) {
    const status = mergeStatus(name);
    // Gone: another call has seen its end before us.
    if (status === undefined) return;
    if (status.kind !== 'serving')
      throw new Refusal(
        `the kernel could not go on merging ${nodeOf(name)} (${status.kind}): the reason is in dmesg; ` +
          `once that is mended, block-snapshot revert ${base.path} goes on; where it cannot be, ` +
          `block-snapshot revert --abandon ${base.path} gives it up, and says what is left`,
      );
    const left = (status.used - status.metadata) * SECTOR_BYTES;
    kept(left);
    if (left === 0) return;
    const now = performance.now();
    if (left < least) [least, since] = [left, now];
    if (now - since > STANDSTILL)
      throw new Refusal(
        `the kernel has merged nothing of ${nodeOf(name)} for ${durationText(STANDSTILL / 1000)}: see what keeps its disk (dmesg); ` +
          `it goes on by itself, and block-snapshot revert ${base.path} waits for it again`,
      );
    const elapsed = now - started;
    await pause(Math.min(Math.max(elapsed * PART_OF_ELAPSED, SHORTEST_PAUSE), LONGEST_PAUSE));
  }
}

/** What was merged is on disk before its undo goes. */
function finish({ image: base, cow: { path: cow } }: Template, { name, store }: Merging): void {
  if (addon().fileStatus(store) === null) return;
  endMerge(name);
  withDescriptor(openImage(base, 'write'), descriptor => addon().syncFile(descriptor));
  if (withDescriptor(openStore(store), keepsBlocks))
    throw new Refusal(`${store} has blocks that were not merged: run the same command again, and see dmesg`);
  noteMerged(base, store);
  const number = Number(store.slice(store.lastIndexOf('.') + 1));
  const runs = begunRevert(cow) ?? number;
  dropMerged(cow, store, number === runs);
}

/** The image is what the store gave, from now on. */
function noteMerged(base: Image, store: string): void {
  const gives = withDescriptor(
    openStore(store),
    descriptor => readStoreLabel({ descriptor, path: store })?.gives,
  );
  withBaseFile(base, file => closeBaseVersion(file, gives && [gives]));
}
