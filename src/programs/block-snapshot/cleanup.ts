import { isDeviceType, isReflinkType, NO_TYPE } from '../../devices/request/device-types.ts';
import { parseNode } from '../../devices/request/node-request.ts';
import { printable } from '../../words/printable.ts';
import { usageError } from '../../words/refusal.ts';
import { takeCloneDownByHand } from './take-clone-down.ts';
import { takeDownByHand } from './take-down.ts';
import { CLEANUP_USAGE, requireArguments } from './usage.ts';

/** `cleanup snapshot|origin NODE`: silent when the device is gone; says so when it is in use, which is no error. */
export async function runCleanup(parameters: readonly string[]): Promise<void> {
  requireArguments(parameters, 2, CLEANUP_USAGE);
  const [type = '', node = ''] = parameters;
  if (isReflinkType(type)) return takeCloneDownByHand(type, node);
  if (!isDeviceType(type)) throw usageError(`${printable(type)} is ${NO_TYPE}: usage: ${CLEANUP_USAGE}`);
  await takeDownByHand(parseNode(node, type));
}
