import { configuration } from '../devices/configuration.ts';
import { withLocks } from '../devices/kernel/base-lock.ts';
import { withHeldDescriptors } from '../devices/kernel/held-descriptors.ts';
import { namesIfThere, removeIfThere, statusIfThere } from '../devices/kernel/if-there.ts';
import { findImage, isStillThere } from '../devices/kernel/images.ts';
import { syncFolder } from '../devices/kernel/sync-folder.ts';
import { requireNoOperation } from '../devices/operations.ts';
import { folderOf } from '../devices/plan/folder-of.ts';
import { ownCow } from '../devices/plan/own-cow.ts';
import { parseVersionName, reflinkFiles, versionPath } from '../devices/plan/reflink-names.ts';
import { addon, type FileStatus } from '../native/addon.ts';
import { Refusal } from '../words/refusal.ts';
import { type Commit, commitReflink, keepVersion, nextNumber, surplus } from './commit.ts';
import { findLoop } from './loop.ts';
import { type Version, versionsOf } from './versions.ts';
import { type Volume, volumeOf } from './volume.ts';

// What people do with a template that clones are made of.

/**
 * The files of a template that clones are made of, by what lies beside its image; undefined for one of snapshots, and for one of which
 * nothing says what it is.
 * @param image the path of the image itself
 */
export function templateOfClones(image: string): Volume | undefined {
  const cow = ownCow(image);
  const files = reflinkFiles(image);
  if (files === undefined || (cow !== undefined && statusIfThere(cow) !== undefined)) return undefined;
  const isOne =
    statusIfThere(files.dirty) !== undefined ||
    namesIfThere(folderOf(image)).some(name => parseVersionName(image, name) !== undefined);
  return isOne ? volumeOf({ role: 'template', path: image }) : undefined;
}

/** @throws Refusal where the run is not over, or what it wrote cannot become the newest version */
export function commitClones(volume: Volume): Commit {
  return whileClosed(volume, () => commitReflink(volume, configuration()));
}

/** What commitClones would do, a line each. */
export function plannedCommitOfClones(volume: Volume): string[] {
  return whileClosed(volume, () => {
    const { image, dirty } = volume;
    if (statusIfThere(dirty) === undefined)
      return [`nothing to commit: ${dirty} is not there, so no run was`];
    const { revisions } = configuration();
    const former = versionPath(image, nextNumber(volume), required(image).modified);
    return [
      revisions > 0 ? `file: ${image} becomes ${former}` : `file: remove ${image}`,
      `file: ${dirty} becomes ${image}`,
      ...surplus(volume, revisions - 1).map(path => `file: remove ${path}`),
    ];
  });
}

/** What a revert goes back to, and which versions are newer. */
export interface CloneRevertPlan {
  target: Version;
  /** Runs that are gone back behind; what they changed stays as a revision. */
  runs: number;
  /** When each of them ended, the last one first; milliseconds since 1970. */
  ended: number[];
}

/**
 * @param revision 1 is what was before the last run
 * @throws Refusal where there is none of that number, or the template runs, or has a run that is not committed
 */
export function plannedRevertOfClones(volume: Volume, revision: number): CloneRevertPlan {
  return whileClosed(volume, () => planned(volume, revision));
}

function planned(volume: Volume, revision: number): CloneRevertPlan {
  requireNoRest(volume);
  const versions = versionsOf(volume);
  const target = versions[revision];
  if (target === undefined)
    throw new Refusal(
      `template ${volume.image} has ${versions.length - 1} revisions, and none of number ${revision}: ` +
        `block-snapshot revisions ${volume.image} shows them`,
    );
  return { target, runs: revision, ended: versions.slice(0, revision).map(({ changed }) => changed) };
}

/**
 * Makes a former version the newest one; VMs that run keep what they have. The present one becomes a revision first, so that
 * nothing is lost; then one rename does it.
 * @param shown what was planned before; nothing is locked while a person thinks about it
 * @returns the path of what was the newest
 * @throws Refusal
 */
export function revertClones(volume: Volume, shown: CloneRevertPlan): string {
  return whileClosed(volume, () => {
    const { image, precache } = volume;
    const { target, ended } = planned(volume, shown.runs);
    if (target.key !== shown.target.key || ended.join() !== shown.ended.join())
      throw new Refusal(
        `the revisions of template ${image} have changed in this moment: look again (block-snapshot revisions ${image})`,
      );
    const present = keepVersion(volume, required(image));
    removeIfThere(precache);
    syncFolder(image);
    addon().renameFile(target.path, image);
    syncFolder(image);
    return present;
  });
}

/** @throws Refusal where a run has left what is not committed */
function requireNoRest({ image, dirty }: Volume): void {
  if (statusIfThere(dirty) !== undefined)
    throw new Refusal(
      `template ${image} has what its last run wrote, which is not committed (${dirty}): block-snapshot commit ${image} ` +
        'first, or remove that file',
    );
}

function required(image: string): FileStatus {
  const status = statusIfThere(image);
  if (status === undefined)
    throw new Refusal(`template ${image} is not there: another driver writes it without versions`);
  return status;
}

/** Runs an action under the locks of a template whose run is over. @throws Refusal while it runs */
function whileClosed<Result>(volume: Volume, action: () => Result): Result {
  const image = findImage({ role: 'template', path: volume.image });
  return withLocks(
    image === undefined ? [volume.lock] : [volume.lock, image.key],
    () => {
      if (image !== undefined) requireNoOperation(image);
      requireNotRunning(volume);
      return action();
    },
    // What is no longer the newest version nobody asks for.
    name => name === image?.key && !isStillThere(image),
  );
}

/** Asked under its locks. @throws Refusal while a template runs */
export function requireNotRunning(volume: Volume): void {
  const loop = withHeldDescriptors(held => findLoop(volume, held)?.path);
  if (loop !== undefined)
    throw new Refusal(
      `template ${volume.image} runs, on ${loop}: stop it first, or block-snapshot cleanup reflink-origin ${loop}`,
    );
}
