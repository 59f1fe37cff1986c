import { isClone, readRecord } from '../claims/records.ts';
import type { ImageKey } from '../devices/plan/image-key.ts';
import { logged } from '../disks/call-log.ts';
import { sweepAbandoned, sweepAbandonedClones } from '../disks/sweep-abandoned.ts';
import { printable } from '../words/printable.ts';
import { Refusal } from '../words/refusal.ts';
import type { DomainAttachment } from './attachments.ts';
import type { HookCall } from './hook-call.ts';
import { takeDownDisks } from './take-down.ts';

/** blkback closes a disk a little later than libxl says so (drivers/block/xen-blkback/xenbus.c, xen_blkbk_remove). */
const PATIENCE_MILLISECONDS = 3000;

/**
 * Takes down what was made for a domain. It goes by the records: the metadata may have been changed while it ran.
 * @throws Refusal when something is left, after all that can go has gone
 */
export function releaseDomain(call: HookCall, disks: readonly DomainAttachment[]): void {
  const { driver, guest, operation } = call;
  logged(`block-snapshot-${driver}`, guest, operation, () => {
    takeDownAll(guest, disks);
    return `${disks.map(({ target }) => target).join(', ')} taken down`;
  });
}

function takeDownAll(guest: string, disks: readonly DomainAttachment[]): void {
  const bases = new Set(disks.map(({ key }) => baseOf(key)));
  const problems = takeDownDisks(guest, disks, PATIENCE_MILLISECONDS);
  for (const base of bases)
    if (base === CLONE) sweepAbandonedClones();
    else if (base !== undefined) sweepAbandoned(base);
  if (problems.length > 0) throw new Refusal(`${printable(guest)}: ${problems.join('; ')}`);
}

/** A disk that is a clone lies on no base. */
const CLONE = 'a clone';

function baseOf(key: string): ImageKey | typeof CLONE | undefined {
  try {
    const record = readRecord(key);
    return record === undefined ? undefined : isClone(record) ? CLONE : record.identity.base;
  } catch {
    // What cannot be read as a record is told of by taking it down.
    return undefined;
  }
}
