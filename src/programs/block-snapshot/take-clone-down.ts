import type { ReflinkType } from '../../devices/request/device-types.ts';
import { type FoundDisk, findDiskOf } from '../../reflink/disk-of-node.ts';
import { takeDownReflink } from '../../reflink/take-down.ts';
import { complain } from '../../words/complaint.ts';

/** The same as takeDownByHand for a disk that is a clone. */
export async function takeCloneDownByHand(type: ReflinkType, node: string): Promise<void> {
  const disk = findDiskOf(node, type);
  if (disk === undefined) return;
  const first = takeDown(disk);
  if (first.left === undefined) return;
  const again = first.claimed && (await import('../../xen/hotplug/sweep.ts')).sweepGoneClones();
  const left = again ? takeDown(disk).left : first.left;
  if (left !== undefined) complain(left);
}

function takeDown({ volume, node }: FoundDisk) {
  return takeDownReflink(volume, node);
}
