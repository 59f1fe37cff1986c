import { parseNode } from '../../devices/request/node-request.ts';
import { logCall } from '../../disks/call-log.ts';
import { addon } from '../../native/addon.ts';
import { failureText } from '../../words/failure-text.ts';
import { printable } from '../../words/printable.ts';
import { Refusal } from '../../words/refusal.ts';
import { takeDownByHand } from './take-down.ts';
import { DESTROY_SNAPSHOT_USAGE, requireArguments } from './usage.ts';

/** `destroy-snapshot /dev/mapper/NAME`, as qubesd calls it. */
export async function runDestroySnapshot(parameters: readonly string[]): Promise<void> {
  requireArguments(parameters, 1, DESTROY_SNAPSHOT_USAGE);
  const [node = ''] = parameters;
  const device = parseNode(node);
  const log = (done: string) => logCall('destroy-snapshot', device.node, 'destroy', done);
  try {
    const isThere = isBlockDevice(device.node);
    // What a call that was ended has left under it goes though it is gone itself.
    const left = await takeDownByHand(device);
    if (!isThere && left === undefined)
      throw new Refusal(`${printable(node)} is not a block device: it is gone already, or never was`);
    log(left ?? 'taken down');
  } catch (error) {
    log(`failed: ${failureText(error)}`);
    throw error;
  }
}

function isBlockDevice(path: string): boolean {
  return addon().fileStatus(path)?.kind === 'block device';
}
