import { parseNode } from '../../devices/request/node-request.ts';
import { addon } from '../../native/addon.ts';
import { printable } from '../../words/printable.ts';
import { Refusal } from '../../words/refusal.ts';
import { takeDownByHand } from './take-down.ts';
import { DESTROY_SNAPSHOT_USAGE, requireArguments } from './usage.ts';

/** `destroy-snapshot /dev/mapper/NAME`, as qubesd calls it. */
export async function runDestroySnapshot(parameters: readonly string[]): Promise<void> {
  requireArguments(parameters, 1, DESTROY_SNAPSHOT_USAGE);
  const [node = ''] = parameters;
  const device = parseNode(node);
  if (!isBlockDevice(device.node))
    throw new Refusal(`${printable(node)} is not a block device: it is gone already, or never was`);
  await takeDownByHand(device);
}

function isBlockDevice(path: string): boolean {
  return addon().fileStatus(path)?.kind === 'block device';
}
