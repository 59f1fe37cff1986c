import { forgetRecord, type RecordedClone } from '../claims/records.ts';
import { configuration } from '../devices/configuration.ts';
import { parseReflinkRequest } from '../devices/request/reflink-request.ts';
import { commitReflink } from '../reflink/commit.ts';
import { takeDownReflink } from '../reflink/take-down.ts';
import { type Volume, volumeOf, volumeOfTemplate } from '../reflink/volume.ts';
import { Refusal } from '../words/refusal.ts';

/** The same as detach for a disk that is a clone: what is kept of one is committed, as the run of a template is. */
export function detachClone(
  key: string,
  patience: number,
  { node, identity, parameters }: RecordedClone,
): string {
  const volume = findVolume(identity.type, parameters);
  if (volume === undefined) {
    forgetRecord(key);
    return `its record names no disk (${parameters}): see losetup -l ${node}`;
  }
  let committed = '';
  const { left, lingering } = takeDownReflink(volume, node, {
    attachment: key,
    patience,
    finished: outcome => {
      if (outcome.kept) committed = `, ${commitOnStop(volume)}`;
      if (!outcome.lingering) forgetRecord(key);
    },
  });
  if (left !== undefined) return lingering ? `${left}; the next call tries again` : left;
  return `removed ${node} of ${volume.image}${committed}`;
}

/** Undefined where a record names what cannot be, or is not there any more: it must not stay for ever. */
function findVolume(type: RecordedClone['identity']['type'], parameters: string): Volume | undefined {
  try {
    const { disk } = parseReflinkRequest(type, parameters);
    return type === 'reflink-origin' ? volumeOfTemplate(disk) : volumeOf(disk);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** What became of it, in a few words for the log. */
function commitOnStop(volume: Volume): string {
  const settings = configuration();
  if (!settings.commitOnStop) return 'not committed: COMMIT_ON_STOP=no';
  const commit = commitReflink(volume, settings);
  return commit.committed ? 'committed' : `not committed: ${commit.reason}`;
}
