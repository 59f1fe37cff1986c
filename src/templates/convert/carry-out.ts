import { syncFolder } from '../../devices/kernel/sync-folder.ts';
import { Undo } from '../../devices/kernel/undo.ts';
import { Refusal } from '../../words/refusal.ts';
import { requireUnchanged } from '../unchanged.ts';
import { type Conversion, stateOf, underLocks } from './conversion.ts';
import { markLeftOver, requireRoomForOthers } from './left-over.ts';
import { NamelessFiles } from './nameless-files.ts';

/** What each of the two conversions has of its own. A file that it makes has a path. */
export interface Way<Made extends { path: string }> {
  /**
   * Looks at the template. The caller holds its locks.
   * @returns the files that it gets, of the last run first
   * @throws Refusal where it is in use, or something of it would be lost
   */
  plan(conversion: Conversion): Made[];
  /** Makes their bytes. @throws Refusal or SystemError */
  make(plan: readonly Made[], files: NamelessFiles, conversion: Conversion): Promise<void>;
  /** What they are made of, as people call it, and what tells one of a plan from that of another. */
  source: 'undos' | 'versions';
  sourceOf(made: Made): string;
  /** The file that is of no use when one has taken its place. */
  replacedBy(made: Made): string;
  /** What has to be gone before it comes about. */
  clear?(conversion: Conversion): void;
  /** The one step that makes it come about, and nothing behind it that can fail. @param undo gets what takes it back */
  comeAbout(conversion: Conversion, undo: Undo): void;
}

/**
 * Makes a template one of the other kind.
 * @returns the paths of the files that it got, of the last run first
 * @throws Refusal or SystemError, with the template as it was
 */
export async function carryOut<Made extends { path: string }>(
  way: Way<Made>,
  conversion: Conversion,
): Promise<string[]> {
  const { image, cow } = conversion.template;
  const [plan, before] = underLocks(conversion, () => {
    const made = way.plan(conversion);
    requireRoomForOthers(image.path, cow.path);
    return [made, stateOf(image)] as const;
  });
  const files = new NamelessFiles(image);
  try {
    await way.make(plan, files, conversion);
    underLocks(conversion, () => {
      const again = way.plan(conversion);
      requireUnchanged(image, before, stateOf(image));
      if (again.map(way.sourceOf).join() !== plan.map(way.sourceOf).join())
        throw new Refusal(
          `the ${way.source} of ${image.path} were changed meanwhile: it stays as it is; try again`,
        );
      way.clear?.(conversion);
      const undo = new Undo();
      undo.guard(() => {
        files.nameAll(undo);
        for (const made of plan) markLeftOver(way.replacedBy(made), undo);
        syncFolder(image.path);
        way.comeAbout(conversion, undo);
      });
      syncFolder(image.path);
    });
    return plan.map(({ path }) => path);
  } finally {
    files.close();
  }
}
