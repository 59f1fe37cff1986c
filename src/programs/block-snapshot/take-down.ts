import type { OurDevice } from '../../devices/request/node-request.ts';
import { takeDown } from '../../disks/take-down.ts';
import { complain } from '../../words/complaint.ts';

/**
 * Takes a device down for a person, and says so where it is in use. Where it is a claim that keeps it, and only there, it is
 * looked whether that claim's VM is gone.
 * @returns what is left, as it was said
 */
export async function takeDownByHand(device: OurDevice): Promise<string | undefined> {
  const first = takeDown(device);
  if (first.left === undefined) return undefined;
  const again = first.claimed && (await import('../../xen/hotplug/sweep.ts')).sweepGone(device.identity.base);
  const left = again ? takeDown(device).left : first.left;
  if (left !== undefined) complain(left);
  return left;
}
