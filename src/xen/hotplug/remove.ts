import { claimsOn } from '../../claims/claims.ts';
import { loopClaims } from '../../claims/loop-claims.ts';
import { isClone, readRecord } from '../../claims/records.ts';
import { limitWaits } from '../../devices/kernel/patience.ts';
import { detach } from '../../disks/detach.ts';
import { withXenstore } from '../xenstore/store.ts';
import type { Attachment } from './attachment.ts';
import { sweep } from './sweep.ts';

/** libxl kills a script after 40 s: in milliseconds since the start, when all waits end. */
const WAITS_END = 30_000;

/** blkback closes a disk a little later than it says so (drivers/block/xen-blkback/xenbus.c, xen_blkbk_remove). */
const PATIENCE_MILLISECONDS = 3000;

/**
 * Takes down what a disk needed. It does not ask xenstore, where the disk may be gone already, but the records.
 * @returns what was done, in a few words for the log
 */
export function remove(attachment: Attachment): string {
  limitWaits(WAITS_END);
  const record = readRecord(attachment.key);
  const done = detach(attachment.key, PATIENCE_MILLISECONDS, record);
  const swept = record === undefined ? [] : sweep(() => othersLike(record, attachment), withXenstore);
  return [done, ...swept].join('; ');
}

/** The claims of others on the same base; of a disk that is a clone, on all that are. */
function othersLike(record: NonNullable<ReturnType<typeof readRecord>>, { key }: Attachment) {
  return isClone(record) ? loopClaims(key) : claimsOn(record.identity.base, key);
}
