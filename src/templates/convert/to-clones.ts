import { setImmediate as breathe } from 'node:timers/promises';
import { cloneRefusal } from '../../devices/kernel/clone-refusal.ts';
import { statusIfThere } from '../../devices/kernel/if-there.ts';
import { type Image, openStore } from '../../devices/kernel/images.ts';
import { dropStoreLabel } from '../../devices/kernel/label-file.ts';
import { openImage, openPath, withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import { keptChunks, requireWholeStore } from '../../devices/kernel/store-contents.ts';
import { ownCow } from '../../devices/plan/own-cow.ts';
import { versionPath } from '../../devices/plan/reflink-names.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { carryDerivedLabel } from '../../reflink/commit.ts';
import { Refusal } from '../../words/refusal.ts';
import { requireCommitted } from '../committed.ts';
import { requireBelonging } from '../revert/belonging.ts';
import { listRevisions, type Revision } from '../revisions.ts';
import type { Template } from '../template-files.ts';
import { requireUnusedTemplate } from '../trim.ts';
import type { Way } from './carry-out.ts';
import type { Conversion } from './conversion.ts';
import { NamelessFiles } from './nameless-files.ts';

/** Bytes after which others get their turn. */
const PIECE = 16 * 1024 * 1024;

/** A former version, and the undo that makes it of the one behind. */
export interface MadeVersion {
  path: string;
  undo: string;
  /** Bytes that the undo keeps. */
  kept: number;
}

/**
 * Looks at a template of snapshots that is to be one of clones. The caller holds its locks.
 * @returns its former versions, the last one first
 * @throws Refusal where it is in use, or something of it would be lost
 */
export function planToClones({ template, volume, nameUser }: Omit<Conversion, 'progress'>): MadeVersion[] {
  const { image, cow } = template;
  requireUnusedTemplate(image, nameUser);
  if (cow.path !== ownCow(image.path))
    throw new Refusal(
      `template ${image.path} has its cow elsewhere (${cow.path}): move it, and the undos beside it, to ${ownCow(image.path)} first`,
    );
  requireCommitted(template, nameUser);
  if (statusIfThere(volume.dirty) !== undefined)
    throw new Refusal(
      `${volume.dirty} lies beside template ${image.path}, and would be taken for a run of it: move it away`,
    );
  const undos = listRevisions(cow.path);
  requireUndos(template, undos);
  return undos.map(({ path, changed, ended }, index) => ({
    // When a version was last changed, the end of the run before says; of the oldest nobody knows.
    path: versionPath(image.path, undos.length - index, undos[index + 1]?.ended ?? ended),
    undo: path,
    kept: changed,
  }));
}

/** @throws Refusal where one of them makes no version of the image */
function requireUndos({ image }: Template, undos: readonly Revision[]): void {
  const bad = undos.findIndex(({ state }) => state !== 'valid');
  if (bad >= 0)
    throw new Refusal(
      `revision ${bad + 1} of ${image.path} is no version that could be kept (${undos[bad]?.path}: ${undos[bad]?.state}): ` +
        `remove what cannot be undone (${undos
          .slice(bad)
          .map(({ path }) => path)
          .join(', ')}), then convert`,
    );
  for (const { path } of undos)
    withDescriptor(openStore(path), descriptor => requireWholeStore(descriptor, path));
  requireBelonging(
    image,
    undos.map(({ path }) => path),
  );
}

/**
 * Makes a template of snapshots one of clones: the former versions, which its undos lead to, become files of their own; then its cow goes,
 * which makes it come about.
 */
export const TO_CLONES: Way<MadeVersion> = {
  plan: planToClones,
  make: makeVersions,
  source: 'undos',
  sourceOf: ({ path }) => path,
  replacedBy: ({ undo }) => undo,
  comeAbout: ({ template: { cow } }) => {
    // Before it: what fails behind it would take the versions away again, to which nothing else leads then. A cow that keeps nothing
    // can do without its label.
    dropStoreLabel(cow.path);
    addon().removeFile(cow.path);
  },
};

/** @throws Refusal where its filesystem makes no clones, before anything else is done */
function requireClones(image: Image, from: number): void {
  const trial = new NamelessFiles(image);
  try {
    addon().cloneFile(from, trial.open(image.path));
  } catch (error) {
    if (isSystemError(error)) throw cloneRefusal(error, image, from, image.path);
    throw error;
  } finally {
    trial.close();
  }
}

/** Each is a clone of the version after it, with what its undo keeps written over. Nobody else has the image open afterwards. */
async function makeVersions(
  plan: readonly MadeVersion[],
  files: NamelessFiles,
  { template: { image }, progress }: Conversion,
): Promise<void> {
  const from = openImage(image, 'read');
  progress.start(plan.reduce((sum, { kept }) => sum + kept, 0));
  try {
    requireClones(image, from);
    let after = from;
    let done = 0;
    for (const { path, undo, kept } of plan) {
      const version = files.open(path);
      addon().cloneFile(after, version);
      carryDerivedLabel(image.path, openPath(version));
      await writeKept(undo, version, image.size, written => progress.update(done + written));
      done += kept;
      after = version;
    }
  } finally {
    progress.end();
    addon().closeFile(from);
  }
}

/** @param report is told how many bytes were written */
async function writeKept(
  undo: string,
  version: number,
  size: number,
  report: (written: number) => void,
): Promise<void> {
  const store = openStore(undo);
  try {
    let written = 0;
    for (const { start, length, kept } of keptChunks(store)) {
      const bytes = addon().readAt(store, kept, Math.max(0, Math.min(length, size - start)));
      addon().writeAt(version, start, new Uint8Array(bytes));
      written += length;
      report(written);
      if (written % PIECE < length) await breathe();
    }
  } finally {
    addon().closeFile(store);
  }
}
