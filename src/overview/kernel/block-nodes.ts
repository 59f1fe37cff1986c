import { mapperNameOf } from '../../devices/kernel/mapper-name.ts';
import { blockDevicePath } from '../../devices/kernel/open-descriptor.ts';
import { nodeOf } from '../../devices/plan/device-names.ts';
import type { DeviceNumber } from '../../devices/plan/device-number.ts';
import { imageKey } from '../../devices/plan/image-key.ts';
import type { BlockNode } from '../facts.ts';
import { quietStatus } from './attached-loops.ts';

/** The node of a block device that is no loop device: a disk, a partition, a logical volume. Undefined when it has gone. */
export function readBlockNode(device: DeviceNumber): BlockNode | undefined {
  const node = blockDevicePath(device);
  if (node === undefined) return undefined;
  const mapped = mapperNameOf(device);
  const status = quietStatus(node);
  return {
    path: mapped === undefined ? node : nodeOf(mapped),
    key:
      status !== 'nothing' && status?.kind === 'block device'
        ? imageKey(status.device, status.inode)
        : undefined,
  };
}
