import { removeIfThere, statusIfThere } from '../devices/kernel/if-there.ts';
import { openToRead, withDescriptor } from '../devices/kernel/open-descriptor.ts';
import { noRoomText } from '../devices/kernel/room.ts';
import { syncFolder } from '../devices/kernel/sync-folder.ts';
import { DERIVED_LABEL } from '../devices/plan/derived-label.ts';
import { versionPath } from '../devices/plan/reflink-names.ts';
import type { Settings } from '../devices/plan/settings.ts';
import { bytes } from '../devices/plan/units.ts';
import { addon, type FileStatus } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { Refusal } from '../words/refusal.ts';
import { revisionsOf } from './versions.ts';
import type { Volume } from './volume.ts';

/** What became of a commit. */
export type Commit = { committed: false; reason: string } | { committed: true; kept: string | undefined };

/**
 * Makes what was written the newest version: clones that are made from now on are made of it. The caller holds the locks of the
 * disk, and knows that nobody has it open.
 *
 * At each moment X.img is one version or the other, whole: the former gets the name of a revision as a second one, then one rename
 * puts the new one in its place. What a kill leaves half-way, the next commit finds: a revision that still is the newest version
 * is none, and one too many goes.
 * @throws Refusal, which says whether the former version is in its place still; nothing is lost
 */
export function commitReflink(volume: Volume, { revisions }: Pick<Settings, 'revisions'>): Commit {
  const { image, dirty, precache } = volume;
  const written = statusIfThere(dirty);
  if (written === undefined) return { committed: false, reason: `${dirty} is not there, so no run was` };
  const newest = statusIfThere(image);
  if (newest === undefined)
    throw new Refusal(
      `${image} is not there, and ${dirty} is: another driver writes it without versions (revisions_to_keep=-1); nothing is done`,
    );
  if (written.size === 0)
    throw new Refusal(
      `${dirty} is empty, as a crash leaves what was never on disk: remove it; nothing is done`,
    );
  let kept: string | undefined;
  try {
    if (isUnchanged(written, newest)) {
      removeIfThere(dirty);
      return { committed: false, reason: 'it has not changed since the last commit' };
    }
    carryDerivedLabel(image, dirty);
    withDescriptor(openToRead(dirty), descriptor => addon().syncFile(descriptor));
    kept = revisions > 0 ? keepVersion(volume, newest) : undefined;
    removeIfThere(precache);
    syncFolder(image);
    addon().renameFile(dirty, image);
  } catch (error) {
    if (error instanceof Refusal || !isSystemError(error)) throw error;
    const reason =
      noRoomText(error, image, bytes(written.size)) ??
      `${error.code}, ${error.operation} ${error.argument}: mend that`;
    throw new Refusal(
      `what was written of ${image} could not be committed: ${reason}, then block-snapshot commit ${image}; nothing is lost`,
    );
  }
  tidy(volume, revisions);
  return { committed: true, kept };
}

/** What is left to do when it is committed, whatever becomes of this. @throws Refusal, which says so */
function tidy(volume: Volume, revisions: number): void {
  try {
    syncFolder(volume.image);
    for (const path of surplus(volume, revisions)) removeIfThere(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new Refusal(
      `what was written of ${volume.image} is committed, but what follows that could not be done: ${error.code}, ` +
        `${error.operation} ${error.argument}: mend that; a revision too many goes with the next commit`,
    );
  }
}

/** What a template was derived from its image says, and each version of it. Nothing depends on it. */
export function carryDerivedLabel(image: string, version: string): void {
  try {
    const label = addon().fileAttribute(image, DERIVED_LABEL);
    if (label !== null) addon().setFileAttribute(version, DERIVED_LABEL, label);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** A clone has the time of what it was made of until it is written. */
function isUnchanged(written: FileStatus, newest: FileStatus): boolean {
  return written.changed === newest.changed && written.size === newest.size;
}

/** Gives the newest version the name of a revision besides its own. @returns that name */
export function keepVersion(volume: Volume, { modified, inode }: FileStatus): string {
  const path = versionPath(volume.image, nextNumber(volume), modified);
  try {
    addon().linkFile(volume.image, path);
  } catch (error) {
    // A killed commit was as far as this already: such a revision is none by revisionsOf.
    if (!isSystemError(error, 'EEXIST') || statusIfThere(path)?.inode !== inode) throw error;
  }
  return path;
}

/** The number that the next revision gets. */
export function nextNumber(volume: Volume): number {
  return (revisionsOf(volume).at(-1)?.number ?? 0) + 1;
}

/** The paths of the oldest revisions, of which there are more than are to be kept. */
export function surplus(volume: Volume, keep: number): string[] {
  const all = revisionsOf(volume);
  return all.slice(0, Math.max(0, all.length - Math.max(0, keep))).map(({ path }) => path);
}
