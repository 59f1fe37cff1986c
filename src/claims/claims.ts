import { type DeviceIdentity, deviceName, nodeOf, type OurDevice } from '../devices/plan/device-names.ts';
import type { ImageKey } from '../devices/plan/image-key.ts';
import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { printable } from '../words/printable.ts';
import { Refusal } from '../words/refusal.ts';
import { mayNameDeviceOf, parseRecordedNode } from './recorded-node.ts';

/**
 * Where the disks that are attached to VMs are recorded, a few files each. The record of a disk's node is a claim on
 * it: from the moment that the node is chosen, before any VM has it open, until the disk is detached.
 */
export const RECORDS_FOLDER = '/run/xen-hotplug';

/** What the name of the file that holds the node of an attachment ends with. */
export const NODE_RECORD = '-node';

/** One disk of a VM, and what it needs. */
export interface Claim {
  /** The name of the attachment in the records. */
  attachment: string;
  identity: DeviceIdentity;
}

/**
 * What the name of an attachment begins with whose disk is gone while something else had its device open: no VM needs
 * that device any more, and whoever comes by takes it down.
 */
export const ABANDONED = 'abandoned-';

/**
 * The claims on devices of a base. They are made and given up under the base's lock: who means to act on them holds it.
 * @param except an attachment whose own claim does not count
 * @throws Refusal when others than root can write the records, or one is damaged that may be of this base
 */
export function claimsOn(base: ImageKey, except?: string): Claim[] {
  return recorded(isClaim(except), base).filter(({ identity }) => identity.base === base);
}

/**
 * The claims on all devices.
 * @throws Refusal when others than root can write the records, or one is damaged
 */
export function allClaims(except?: string): Claim[] {
  return recorded(isClaim(except));
}

function isClaim(except: string | undefined): (attachment: string) => boolean {
  return attachment => attachment !== except && !attachment.startsWith(ABANDONED);
}

/** The abandoned attachments on devices of a base. */
export function abandonedOn(base: ImageKey): Claim[] {
  return recorded(attachment => attachment.startsWith(ABANDONED), base).filter(
    ({ identity }) => identity.base === base,
  );
}

/** @param base the only one that matters; what is damaged and cannot be of it does not */
function recorded(wanted: (attachment: string) => boolean, base?: ImageKey): Claim[] {
  const claims: Claim[] = [];
  for (const attachment of attachmentNames()) {
    if (!wanted(attachment)) continue;
    const identity = readNode(attachment + NODE_RECORD, base);
    if (identity !== undefined) claims.push({ attachment, identity });
  }
  return claims;
}

/**
 * Whether the device of a claim is there. The caller holds the lock of its base: under it a claim and its device come
 * together, so that a claim without one is what a kill or an earlier boot has left, and nobody's.
 */
export function isStanding({ identity }: Claim): boolean {
  return addon().deviceTable(deviceName(identity)) !== null;
}

/** The first claim that needs a device: on it, or on one that lies on it. The caller holds the base's lock. */
export function claimOn(claims: readonly Claim[], needed: DeviceIdentity): Claim | undefined {
  return claims.find(claim => {
    const { identity } = claim;
    const needs =
      needed.type === 'origin'
        ? identity.type === 'origin'
        : identity.type === 'snapshot' && needed.cows.every((cow, index) => identity.cows[index] === cow);
    return needs && isStanding(claim);
  });
}

/**
 * Asked under the base's lock before a VM gets a device to write to: what lies on a layer would see what is written to it,
 * under its own blocks.
 * @param except the attachment that is going to have it
 * @throws Refusal when other layers lie on it, or a claim needs one
 */
export function requireNothingAbove({ name, node, identity }: OurDevice, except: string): void {
  // On what is not there nothing lies.
  if (identity.type !== 'snapshot' || addon().deviceTable(name) === null) return;
  const above = addon()
    .deviceNames()
    .find(other => other.startsWith(`${name}-`));
  const claim = claimsOn(identity.base, except).find(
    ({ identity: theirs }) =>
      theirs.type === 'snapshot' &&
      theirs.cows.length > identity.cows.length &&
      identity.cows.every((cow, index) => theirs.cows[index] === cow),
  );
  const user = claim ? `the VM disk ${claim.attachment}` : above && nodeOf(above);
  if (user === undefined) return;
  throw new Refusal(
    `${node} is what ${user} lies on: ` +
      'writing to it would ruin that; give it one more cow of its own, or attach it read-only',
  );
}

/** The names of all attachments that are recorded. */
export function attachmentNames(): string[] {
  return recordFiles()
    .filter(name => name.endsWith(NODE_RECORD))
    .map(name => name.slice(0, -NODE_RECORD.length));
}

/** The names of all files of records, of those that were forgotten half-way too: an attachment's, a dash, and what it says. */
export function recordFiles(): string[] {
  try {
    const names = addon().listFolder(RECORDS_FOLDER);
    requireTrusted();
    return names;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

/**
 * Records say what is taken down, so nobody but root may write them.
 * @throws Refusal when others may, or it is no folder of root's
 */
export function requireTrusted(): void {
  const folder = addon().fileStatus(RECORDS_FOLDER);
  if (folder?.kind !== 'directory' || folder.user !== 0 || (folder.mode & 0o022) !== 0)
    throw new Refusal(
      `${RECORDS_FOLDER} is not a folder that only root can write: chown root ${RECORDS_FOLDER} && chmod 755 ${RECORDS_FOLDER}`,
    );
}

function readNode(file: string, base: ImageKey | undefined): DeviceIdentity | undefined {
  const path = `${RECORDS_FOLDER}/${file}`;
  // Nothing where its disk was detached in this moment.
  const text = addon().readText(path) ?? '';
  const node = parseRecordedNode(text);
  if (node.kind === 'ours') return node.device.identity;
  if (node.kind === 'damaged' && (base === undefined || mayNameDeviceOf(text, base)))
    throw damaged(path, text);
  return undefined;
}

/** Whose device a damaged record keeps cannot be told: it may be any. */
export function damaged(path: string, text: string): Refusal {
  return new Refusal(
    `${path} is damaged (it holds ${printable(text)}), so that it is not known which device its VM has: ` +
      'remove the file when that VM has stopped, and see block-snapshot list',
  );
}
