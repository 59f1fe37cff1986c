import { takeDown } from '../../devices/cleanup.ts';
import { forgetRecord, readRecord } from './records.ts';

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
  const { identity, name } = record;
  const { left, lingering } = takeDown(record, {
    attachment: key,
    patience,
    finished: outcome => {
      if (outcome.lingering) return;
      // A template has stopped: here, while no VM can start on it, its run is committed (record.parameters has the files).
      forgetRecord(key);
    },
  });
  if (left === undefined) {
    const what = identity.type === 'origin' ? 'the template has stopped, removed' : 'removed';
    return lingering
      ? `${what} ${name}, what is under it is still open: the next call tries again`
      : `${what} ${name}`;
  }
  return lingering ? `${left}; the next call tries again` : left;
}
