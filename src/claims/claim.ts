import type { OurDevice } from '../devices/plan/device-names.ts';
import { addon } from '../native/addon.ts';
import { type AttachmentRecord, forgetRecord, isClone, readRecord, writeRecord } from './records.ts';

/**
 * Claims a device for an attachment, under the lock of its base: the record comes before the device, so that what is
 * made is claimed already, and is found after a kill.
 * @returns what takes the claim back, after all that was made is gone. What is open by then (by blkback, when xenstore's
 * last answer was lost) stays recorded for the `remove` that libxl calls next
 */
export function claim(key: string, record: AttachmentRecord & { device: OurDevice }): () => void {
  const { name } = record.device;
  const existed = addon().deviceTable(name) !== null;
  const recorded = existed && isRecorded(key, name);
  writeRecord(key, record);
  return () => {
    if (!recorded && (existed || addon().deviceTable(name) === null)) forgetRecord(key);
  };
}

/** Whether this disk was attached already, and is in use: then its record is not this call's to take back. */
function isRecorded(key: string, name: string): boolean {
  try {
    const record = readRecord(key);
    return record !== undefined && !isClone(record) && record.name === name;
  } catch {
    return false;
  }
}
