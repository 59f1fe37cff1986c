import { realpathSync } from 'node:fs';
import { openStore, requireImage } from '../../devices/kernel/images.ts';
import { withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import { keptRanges, type Range } from '../../devices/kernel/store-contents.ts';
import { mergeName } from '../../devices/merge.ts';
import { revisionPath } from '../../devices/plan/own-cow.ts';
import { abandonedSuffix, revertedPath, revertMark } from '../../devices/plan/revert-names.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { revisionNames } from '../revisions.ts';
import { findTemplate, type Template, type TemplateFiles } from '../template-files.ts';
import { type NameUser, requireNoSnapshots, requireStopped } from '../users.ts';
import { whenFree } from '../when-free.ts';
import { isBegunOn } from './belonging.ts';
import { begunRevert, unmergedStores } from './mark.ts';
import { runsText } from './plan.ts';
import { isUntouched } from './untouched.ts';

/** A revert that was begun. */
export interface Begun {
  /** Undefined where the mark does not tell. */
  runs: number | undefined;
  /** What is left to be merged, in order. */
  stores: string[];
  /** Whether nothing of the next store can be in the image: that is a version. */
  whole: boolean;
}

/** The same, when it is known that it can be given up. */
export interface AbandonPlan extends Begun {
  /** The one that merges, where there may be one. */
  device: string | undefined;
  /** Whether the image is another than the revert was begun on, or was changed since: it is none of the mixture. */
  another: boolean;
}

type Move = [from: string, to: string];

/** What gets another name where the image is a mixture. */
export interface Aside {
  /** The image, by no link. */
  real: string;
  moves: Move[];
  /** The mark, which goes last. */
  mark: Move;
  /** Whether an earlier call has begun with it. */
  begun: boolean;
  /** What the image still has of the run whose undo was being merged; undefined where its store cannot be read. */
  unmerged: readonly Range[] | undefined;
}

/** Runs that a mark which says nothing may stand for. */
const MOST_RUNS = 9999;

/** @throws Refusal when there is no revert to give up, or it only has to be finished */
export function requireBegun({ cow, image }: Template): Begun {
  const text = addon().readText(revertMark(cow.path));
  if (text === null)
    throw new Refusal(
      `no revert of template ${image.path} was begun: there is nothing to give up (block-snapshot revisions ${image.path})`,
    );
  const runs = text.startsWith('given up') ? undefined : runsOf(cow.path);
  const stores = runs === undefined ? claimedStores(cow.path) : unmergedStores(cow.path, runs);
  const [first] = stores;
  if (first === undefined && runs !== undefined)
    throw new Refusal(
      `the revert of template ${image.path} has nothing left to merge: finish it, block-snapshot revert ${image.path}`,
    );
  return { runs, stores, whole: runs !== undefined && first !== undefined && isUntouched(first) };
}

/** What is to be merged where the mark does not tell how much: step 2 has given names to all of it, or never will. */
function claimedStores(cow: string): string[] {
  return Array.from({ length: MOST_RUNS }, (_, index) => revertedPath(cow, index + 1)).filter(
    path => addon().fileStatus(path) !== null,
  );
}

function runsOf(cow: string): number | undefined {
  try {
    return begunRevert(cow);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** The caller holds the base's lock. @throws Refusal also when the template is in use */
export function planAbandon(template: Template, nameUser: NameUser): AbandonPlan {
  const base = template.image;
  requireStopped(base, nameUser);
  const begun = requireBegun(template);
  const [first] = begun.stores;
  const device =
    first === undefined ? undefined : mergeName(base, requireImage({ role: 'cow', path: first }));
  requireNoSnapshots(base, nameUser, device);
  const merging = device !== undefined && addon().deviceTable(device) !== null;
  return { ...begun, device, another: !isBegunOn(base, first, merging) };
}

/** The names that the stores have as revisions. */
export function movesBack(cow: string, stores: readonly string[]): Move[] {
  return stores.flatMap((store): Move[] => {
    const number = Number(/\.reverting\.(\d+)$/.exec(store)?.[1] ?? 0);
    return number > 0 ? [[store, revisionPath(cow, number)]] : [];
  });
}

/** @throws Refusal for a block device, which cannot be put aside */
export function movesAside({ cow, image: base }: Template, { stores, another }: AbandonPlan): Aside {
  const mark = revertMark(cow.path);
  if (base.device !== undefined)
    throw new Refusal(
      `template ${base.path} is a block device, which cannot be put aside, and its blocks are of two versions: ` +
        `write a backup of it there, then remove ${[mark, ...stores].join(' ')}`,
    );
  const [first] = stores;
  const suffix = abandonedSuffix(new Date());
  const former = addon().readText(mark) ?? '';
  // What an earlier call was ended in: another image may stand in this one's place by now.
  const meant = /^given up with the image (\S+)/.exec(former)?.[1] ?? base.key;
  const real = realpathSync(base.path);
  return {
    real,
    moves: [
      ...stores.map((store): Move => [store, cow.path + suffix + numberOf(store)]),
      ...revisionNames(cow.path)
        .filter(({ path }) => !stores.includes(path))
        .map(({ path }): Move => [path, cow.path + suffix + path.slice(cow.path.length)]),
      ...(meant === base.key && !another ? [[real, real + suffix] as Move] : []),
    ],
    mark: [mark, cow.path + suffix],
    begun: former.startsWith('given up'),
    unmerged: first === undefined ? undefined : readRanges(first),
  };
}

function numberOf(store: string): string {
  return `.${/\.(\d+)$/.exec(store)?.[1] ?? '1'}`;
}

function readRanges(store: string): Range[] | undefined {
  try {
    return withDescriptor(openStore(store), keptRanges);
  } catch (error) {
    if (isSystemError(error) || error instanceof Refusal) return undefined;
    throw error;
  }
}

/**
 * What giving up a revert would do at this moment, a line each, and at the end what the template is then. Names have the time in
 * them at which it is done.
 * @throws Refusal where it would be refused
 */
export function plannedAbandon(files: TemplateFiles, nameUser: NameUser): Promise<string[]> {
  const template = findTemplate(files);
  return whenFree(template, () => {
    const plan = planAbandon(template, nameUser);
    const { device, whole, stores } = plan;
    const goes =
      device !== undefined && addon().deviceTable(device) !== null ? [`device: remove ${device}`] : [];
    const lines = whole ? linesBack(template, stores) : linesAside(template, plan);
    return [...goes, ...lines];
  });
}

function linesBack({ image, cow }: Template, stores: readonly string[]): string[] {
  return [
    ...movesBack(cow.path, stores).map(moveLine),
    `file: remove ${revertMark(cow.path)}`,
    `left: ${image.path} as it is, a version; ${runsText(stores.length)} that can still be undone`,
  ];
}

function linesAside(template: Template, plan: AbandonPlan): string[] {
  const { moves, mark, unmerged } = movesAside(template, plan);
  const bytes = unmerged?.reduce((sum, { start, end }) => sum + end - start, 0);
  const { path } = template.image;
  return [
    ...moves.map(moveLine),
    moveLine(mark),
    plan.another
      ? `left: ${path} as it is, which is another than the revert was begun on`
      : `left: nothing at ${path}, for what was there is a mixture of two versions, of which ${bytes ?? 'it cannot be told how many'} bytes were not written back`,
  ];
}

function moveLine([from, to]: Move): string {
  return `file: ${from} becomes ${to}`;
}
