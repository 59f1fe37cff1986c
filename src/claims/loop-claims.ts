import { isReflinkType, type ReflinkType } from '../devices/request/device-types.ts';
import { addon } from '../native/addon.ts';
import { Refusal } from '../words/refusal.ts';
import { ABANDONED, attachmentNames, NODE_RECORD, RECORDS_FOLDER } from './claims.ts';
import { type AttachmentRecord, forgetRecord, readParameters, readType, writeRecord } from './records.ts';
import { type Access, excludes, type Holder } from './sharing.ts';

/** One disk of a VM that is a clone: what is recorded of it. */
export interface LoopClaim {
  /** The name of the attachment in the records. */
  attachment: string;
  type: ReflinkType;
  /** /dev/loopN */
  node: string;
  /** The request as it was given. */
  parameters: string;
}

const LOOP = /^\/dev\/loop\d+\n$/;

/**
 * The claims on loop devices of disks that are clones. Whether such a device still is that disk's, who asks has to see: a record
 * may be older than what the loop device serves.
 * @param except an attachment whose own claim does not count
 * @throws Refusal when others than root can write the records
 */
export function loopClaims(except?: string): LoopClaim[] {
  return recorded(attachment => attachment !== except && !attachment.startsWith(ABANDONED));
}

/** Those that were abandoned: see ABANDONED. */
export function abandonedLoops(): LoopClaim[] {
  return recorded(attachment => attachment.startsWith(ABANDONED));
}

function recorded(wanted: (attachment: string) => boolean): LoopClaim[] {
  return attachmentNames().flatMap(attachment => {
    if (!wanted(attachment)) return [];
    const text = addon().readText(`${RECORDS_FOLDER}/${attachment}${NODE_RECORD}`) ?? '';
    const type = LOOP.test(text) ? readType(attachment) : undefined;
    return type !== undefined && isReflinkType(type)
      ? [{ attachment, type, node: text.trimEnd(), parameters: readParameters(attachment) }]
      : [];
  });
}

/**
 * Asked under the disk's lock before a VM gets a disk that is in use: one that is written to is one VM's.
 * @param claims those of others on this very device
 * @param holderOf undefined where the disk is gone and its claim is nobody's
 * @throws Refusal that names the disk that is in the way
 */
export function requireOnlyOne(
  node: string,
  access: Access,
  claims: readonly LoopClaim[],
  holderOf: (claim: LoopClaim) => Holder | undefined,
): void {
  for (const claim of claims) {
    const holder = holderOf(claim);
    if (holder === undefined || !excludes(holder, access)) continue;
    const disk = `the VM disk ${claim.attachment}`;
    throw new Refusal(
      access === 'read'
        ? `${node} is written to by ${disk}: stop that VM first, or give this one a disk of its own`
        : `${node} is ${disk} already: give this one a disk of its own, or attach it read-only to both`,
    );
  }
}

/**
 * Claims a disk for an attachment, under its lock and before its loop device is made.
 * @returns what takes the claim back
 */
export function claimLoop(key: string, record: AttachmentRecord): () => void {
  writeRecord(key, record);
  return () => forgetRecord(key);
}
