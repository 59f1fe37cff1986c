import { forgetAccess } from '../claims/access-record.ts';
import { forgetRecord, readRecord, writeRecord } from '../claims/records.ts';
import { detach } from '../disks/detach.ts';
import { failureText } from '../words/failure-text.ts';
import { abandonedKey, type DomainAttachment } from './attachments.ts';
import { removeDomainLink, removeLinkFolder } from './domain-links.ts';

/**
 * Takes down disks of a domain, their links first. One that cannot be taken down does not keep the others.
 * @param patience milliseconds to wait for the last one to close a device
 * @returns what went wrong, and what is left because something has it open, one line each
 */
export function takeDownDisks(guest: string, disks: readonly DomainAttachment[], patience: number): string[] {
  const problems: string[] = [];
  for (const { key, target } of disks) {
    try {
      removeDomainLink(guest, target);
      // While there is a record of the last one: by that the next call finds what a killed one has left.
      removeLinkFolder(guest);
      const done = detach(key, patience);
      if (abandon(key, target)) problems.push(`disk ${target}: ${done}`);
      forgetAccess(key);
    } catch (error) {
      problems.push(`disk ${target}: ${failureText(error)}`);
    }
  }
  return problems;
}

/**
 * What is remembered because something still has it open gets a name that no domain has: the next start of this one
 * makes a record of its own, and whoever comes by may take down the old one.
 */
function abandon(key: string, target: string): boolean {
  const record = readRecord(key);
  if (record === undefined) return false;
  writeRecord(abandonedKey(target), { parameters: record.parameters, device: record });
  forgetRecord(key);
  return true;
}
