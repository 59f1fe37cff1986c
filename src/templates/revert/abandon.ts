import { removeIfThere } from '../../devices/kernel/if-there.ts';
import type { Image } from '../../devices/kernel/images.ts';
import { dropBaseLabel, moveStore } from '../../devices/kernel/label-file.ts';
import { openToWrite, withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import type { Range } from '../../devices/kernel/store-contents.ts';
import { syncFolder } from '../../devices/kernel/sync-folder.ts';
import { giveUpMerge } from '../../devices/merge.ts';
import { revertMark } from '../../devices/plan/revert-names.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { withOperation } from '../operation-lock.ts';
import { findTemplate, type Template, type TemplateFiles } from '../template-files.ts';
import { withTemplateLock } from '../template-lock.ts';
import { type NameUser, requireStopped } from '../users.ts';
import { whenFree } from '../when-free.ts';
import { type AbandonPlan, movesAside, movesBack, planAbandon, requireBegun } from './abandon-plan.ts';
import { removeMark } from './mark.ts';
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

/** @throws Refusal when there is no revert to give up, or it only has to be finished */
export async function abandonRevert(
  files: TemplateFiles,
  nameUser: NameUser,
  confirm: (whole: boolean) => Promise<boolean>,
): Promise<Abandoned | undefined> {
  const template = findTemplate(files);
  const base = template.image;
  const shown = await whenFree(template, () => {
    requireStopped(base, nameUser);
    return requireBegun(template);
  });
  if (!(await confirm(shown.whole))) return undefined;
  return withOperation(base, 'giving up a revert', async () =>
    withTemplateLock(template, () => {
      const plan = planAbandon(template, nameUser);
      const [first] = plan.stores;
      if (plan.device !== undefined) giveUpMerge(plan.device);
      if (first !== undefined && plan.whole !== isUntouched(first))
        throw new Refusal(`template ${base.path} has changed in this moment: look again`);
      return plan.whole ? keepVersion(template, plan) : putAside(template, plan);
    }),
  );
}

/** The stores are revisions again, each where it was: the names are free, for the runs that are undone have none. */
function keepVersion(template: Template, { runs = 0, stores }: AbandonPlan): Abandoned {
  const { cow } = template;
  for (const [from, to] of movesBack(cow.path, stores)) moveStore(from, to);
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
function putAside(template: Template, plan: AbandonPlan): Abandoned {
  const { image: base, cow } = template;
  const { runs, stores, another } = plan;
  const { real, moves, mark, begun, unmerged } = movesAside(template, plan);
  const kept = [...moves, mark].map(([, to]) => to);
  for (const path of kept)
    if (addon().fileStatus(path) !== null)
      throw new Refusal(`${path} is there already: run the same command again in a second`);
  syncImage(base);
  if (!begun) writeMark(cow.path, reportText(base, unmerged, moves, another));
  for (const [from, to] of moves) moveStore(from, to);
  if (!another) dropBaseLabel(real);
  syncFolder(real);
  syncFolder(cow.path);
  addon().renameFile(...mark);
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
