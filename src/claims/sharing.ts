import { requireNotHeld } from '../devices/kernel/in-the-way.ts';
import { deviceName, nodeOf, type OurDevice } from '../devices/plan/device-names.ts';
import { deviceNumber } from '../devices/plan/device-number.ts';
import { addon } from '../native/addon.ts';
import { Refusal } from '../words/refusal.ts';
import { type Claim, isStanding, requireNothingAbove } from './claims.ts';

/** How a VM has its disk: it reads it, it writes to it alone, or it writes to it beside others, which is what was asked for. */
export type Access = 'read' | 'write' | 'share';

/** What is known of the disk that a claim is for. */
export interface Holder {
  /** 'write' where it cannot be told. */
  access: Access;
  /** Whether its VM is the one that the device is wanted for, or a stub domain and the VM that it serves. */
  sameVm: () => boolean;
}

/**
 * Asked under the base's lock before a VM gets a device, with the rule of Xen's own block script: a device that is written to
 * is one VM's. Nor may anybody write to what lies under it.
 * @param claims those of others
 * @param holderOf asked for claims that matter alone; undefined where the disk is gone and its claim is nobody's
 * @throws Refusal that names the disk that is in the way
 */
export function requireShareable(
  { name, node }: OurDevice,
  access: Access,
  claims: readonly Claim[],
  holderOf: (claim: Claim) => Holder | undefined,
): void {
  for (const claim of claims) {
    const theirs = deviceName(claim.identity);
    const under = name.startsWith(`${theirs}-`);
    if ((theirs !== name && !under) || !isStanding(claim)) continue;
    const holder = holderOf(claim);
    if (holder === undefined) continue;
    const disk = `the VM disk ${claim.attachment}`;
    if (under && holder.access !== 'read')
      throw new Refusal(`${node} lies on ${nodeOf(theirs)}, which ${disk} writes to: stop that VM first`);
    if (!under && excludes(holder, access))
      throw new Refusal(
        access === 'read'
          ? `${node} is written to by ${disk}: stop that VM first, or give this one a last cow of its own`
          : `${node} is ${disk} already: give it a last cow of its own, or attach it read-only to both`,
      );
  }
}

/** Whether a VM cannot have so what another has already. */
export function excludes(holder: Holder, access: Access): boolean {
  if (access === 'share' || (access === 'read' && holder.access !== 'write')) return false;
  return !holder.sameVm();
}

/**
 * Asked under the base's lock of a device that may be there already: nothing lies on what a VM writes to, and this machine
 * has not mounted what one of them writes to.
 * @param except the attachment that is going to have it
 * @throws Refusal
 */
export function requireFree(device: OurDevice, except: string, access: Access): void {
  const state = addon().deviceTable(device.name);
  if (state === null) return;
  const writes = access !== 'read';
  if (writes) requireNothingAbove(device, except);
  if (state.openCount > 0) requireNotHeld(device.node, deviceNumber(state.major, state.minor), writes);
}
