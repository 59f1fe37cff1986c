import { forgetRecord, isClone, readRecord } from '../claims/records.ts';
import { commitOnStop } from '../templates/commit-on-stop.ts';
import { detachClone } from './detach-clone.ts';
import { takeDown } from './take-down.ts';

/**
 * Takes down what an attachment needed, as far as nobody else does, and forgets it. It is remembered where something
 * keeps a device open that no VM and no other device accounts for: the next call takes that down.
 * @param key the attachment, as its records call it
 * @param patience milliseconds to wait for the last one to close the device
 * @param record what is recorded of it, where the caller has read that already
 * @returns what was done, in a few words for the log
 */
export function detach(key: string, patience: number, record = readRecord(key)): string {
  if (record === undefined) {
    forgetRecord(key);
    return 'no record: nothing to do';
  }
  if (isClone(record)) return detachClone(key, patience, record);
  const { identity, name } = record;
  let committed = '';
  const { left, lingering } = takeDown(record, {
    attachment: key,
    patience,
    finished: outcome => {
      // A template has stopped: while no VM can start on it, its run is committed.
      if (identity.type === 'origin' && outcome.left === undefined)
        committed = `, ${commitOnStop(identity.base, record.parameters)}`;
      if (!outcome.lingering) forgetRecord(key);
    },
  });
  if (left === undefined) {
    const what = identity.type === 'origin' ? 'the template has stopped, removed' : 'removed';
    return lingering
      ? `${what} ${name}${committed}, what is under it is still open: the next call tries again`
      : `${what} ${name}${committed}`;
  }
  return lingering ? `${left}; the next call tries again` : left;
}
