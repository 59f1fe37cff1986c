import { realpathSync } from 'node:fs';
import { removeIfThere } from '../../devices/kernel/if-there.ts';
import { type Image, openStore, requireImage } from '../../devices/kernel/images.ts';
import { dropBaseLabel, moveStore } from '../../devices/kernel/label-file.ts';
import { openToWrite, withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import { keptRanges, type Range } from '../../devices/kernel/store-contents.ts';
import { syncFolder } from '../../devices/kernel/sync-folder.ts';
import { giveUpMerge, mergeName } from '../../devices/merge.ts';
import { revisionPath } from '../../devices/plan/own-cow.ts';
import { abandonedSuffix, revertedPath, revertMark } from '../../devices/plan/revert-names.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { withOperation } from '../operation-lock.ts';
import { revisionNames } from '../revisions.ts';
import { findTemplate, type Template, type TemplateFiles } from '../template-files.ts';
import { withTemplateLock } from '../template-lock.ts';
import { type NameUser, requireNoSnapshots, requireStopped } from '../users.ts';
import { isBegunOn } from './belonging.ts';
import { begunRevert, removeMark, unmergedStores } from './mark.ts';
import { isUntouched } from './untouched.ts';

// A revert that cannot end is given up so that it can be ended anywhere, and go on:
//   - where the next store was not begun, the image is a whole version: what is left to undo are revisions again, the mark
//     goes;
//   - otherwise the image is a mixture. The mark says from then on that it is given up; the stores, the revisions and the
//     image get names of their own, of which nothing is ever made; the mark goes last.

/** What is left of a revert that was given up. */
export interface Abandoned {
  /** Whether the image is a version of the template, and stays. */
  whole: boolean;
  /** The runs that were undone, of those that should have been. */
  undone: number;
  /** Runs that were to be undone and are not, or not altogether. */
  left: number;
  /** What the image still has of the run whose undo was being merged; undefined where its store cannot be read. */
  unmerged: readonly Range[] | undefined;
  /** Whether the image is another than the revert was begun on, or was changed since, and stays: it is none of the mixture. */
  another: boolean;
  /** Where everything is kept now. Empty where all has its own name again. */
  kept: string[];
}

/** Runs that a mark which says nothing may stand for. */
const MOST_RUNS = 9999;

/** @throws Refusal when there is no revert to give up, or it only has to be finished */
export async function abandonRevert(
  files: TemplateFiles,
  nameUser: NameUser,
  confirm: (whole: boolean) => Promise<boolean>,
): Promise<Abandoned | undefined> {
  const template = findTemplate(files);
  const base = template.image;
  const look = () => {
    requireStopped(base, nameUser);
    return requireBegun(template);
  };
  const shown = withTemplateLock(template, look);
  if (!(await confirm(shown.whole))) return undefined;
  return withOperation(base, 'giving up a revert', async () =>
    withTemplateLock(template, () => {
      const { stores, whole, runs } = look();
      const [first] = stores;
      const device =
        first === undefined ? undefined : mergeName(base, requireImage({ role: 'cow', path: first }));
      requireNoSnapshots(base, nameUser, device);
      const another = !isBegunOn(base, first, device !== undefined && addon().deviceTable(device) !== null);
      if (device !== undefined) giveUpMerge(device);
      if (first !== undefined && whole !== isUntouched(first))
        throw new Refusal(`template ${base.path} has changed in this moment: look again`);
      return whole ? keepVersion(template, runs, stores) : putAside(template, runs, stores, another);
    }),
  );
}

interface Begun {
  /** Undefined where the mark does not tell. */
  runs: number | undefined;
  stores: string[];
  whole: boolean;
}

function requireBegun({ cow, image }: Template): Begun {
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

/** The stores are revisions again, each where it was: the names are free, for the runs that are undone have none. */
function keepVersion(template: Template, runs = 0, stores: readonly string[]): Abandoned {
  const { cow } = template;
  for (const store of stores) {
    const number = Number(/\.reverting\.(\d+)$/.exec(store)?.[1] ?? 0);
    if (number > 0) moveStore(store, revisionPath(cow.path, number));
  }
  syncFolder(cow.path);
  removeMark(template);
  return {
    whole: true,
    undone: runs - stores.length,
    left: stores.length,
    unmerged: [],
    another: false,
    kept: [],
  };
}

/** Nothing starts on a mixture, and nothing is lost of it. */
function putAside(
  { cow, image: base }: Template,
  runs: number | undefined,
  stores: readonly string[],
  another: boolean,
): Abandoned {
  if (base.device !== undefined)
    throw new Refusal(
      `template ${base.path} is a block device, which cannot be put aside, and its blocks are of two versions: ` +
        `write a backup of it there, then remove ${[revertMark(cow.path), ...stores].join(' ')}`,
    );
  const mark = revertMark(cow.path);
  const [first] = stores;
  const unmerged = first === undefined ? undefined : readRanges(first);
  const suffix = abandonedSuffix(new Date());
  const former = addon().readText(mark) ?? '';
  // What an earlier call was ended in: another image may stand in this one's place by now.
  const meant = /^given up with the image (\S+)/.exec(former)?.[1] ?? base.key;
  const real = realpathSync(base.path);
  const moves: [string, string][] = [
    ...stores.map((store): [string, string] => [store, cow.path + suffix + numberOf(store)]),
    ...revisionNames(cow.path)
      .filter(({ path }) => !stores.includes(path))
      .map(({ path }): [string, string] => [path, cow.path + suffix + path.slice(cow.path.length)]),
    ...(meant === base.key && !another ? [[real, real + suffix] as [string, string]] : []),
  ];
  const kept = [...moves.map(([, to]) => to), cow.path + suffix];
  for (const path of kept)
    if (addon().fileStatus(path) !== null)
      throw new Refusal(`${path} is there already: run the same command again in a second`);
  syncImage(base);
  if (!former.startsWith('given up')) writeMark(cow.path, reportText(base, unmerged, moves, another));
  for (const [from, to] of moves) moveStore(from, to);
  if (!another) dropBaseLabel(real);
  syncFolder(real);
  syncFolder(cow.path);
  addon().renameFile(mark, cow.path + suffix);
  syncFolder(cow.path);
  return {
    whole: false,
    undone: runs === undefined ? 0 : runs - stores.length,
    left: stores.length,
    unmerged,
    another,
    kept,
  };
}

function numberOf(store: string): string {
  return `.${/\.(\d+)$/.exec(store)?.[1] ?? '1'}`;
}

/** In place of the mark, in one step: it says no number of runs, so that no revert goes on. */
function writeMark(cow: string, text: string): void {
  const { writeOnly, create, exclusive } = addon().openFlags;
  const temporary = `${revertMark(cow)}.new`;
  removeIfThere(temporary);
  withDescriptor(addon().openFile(temporary, writeOnly | create | exclusive, 0o644), descriptor => {
    addon().writeText(descriptor, text);
    addon().syncFile(descriptor);
  });
  addon().renameFile(temporary, revertMark(cow));
  syncFolder(cow);
}

function reportText(
  base: Image,
  unmerged: readonly Range[] | undefined,
  moves: readonly [string, string][],
  another: boolean,
): string {
  return [
    `given up with the image ${base.key}: a revert of ${base.path} could not be finished, ` +
      (another ? 'and the image is another by now' : 'the image is a mixture of versions'),
    unmerged === undefined
      ? 'which blocks are of which version cannot be told: the first store cannot be read'
      : 'bytes of the image that are still as the run left them which was being undone (from, to):',
    ...(unmerged ?? []).map(({ start, end }) => `  ${start} ${end}`),
    'names (from, to):',
    ...moves.map(([from, to]) => `  ${from} ${to}`),
    '',
  ].join('\n');
}

/** On a disk with bad sectors, as much as it takes. */
function syncImage(base: Image): void {
  try {
    withDescriptor(openToWrite(base.path), descriptor => addon().syncFile(descriptor));
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

function readRanges(store: string): Range[] | undefined {
  try {
    return withDescriptor(openStore(store), keptRanges);
  } catch (error) {
    if (isSystemError(error) || error instanceof Refusal) return undefined;
    throw error;
  }
}
