import { usageError } from '../devices/answer/refusal.ts';
import { complain } from '../devices/answer/warning.ts';
import { cleanup } from '../devices/cleanup.ts';
import { printable } from '../devices/request/image-path.ts';
import { parseNode } from '../devices/request/node-request.ts';
import { isDeviceType } from '../devices/request/stack-request.ts';
import { requireArguments } from './usage.ts';

export const CLEANUP_USAGE = 'block-snapshot cleanup snapshot|origin NODE';

/** `cleanup snapshot|origin NODE`: silent when the device is gone; says so when it is in use, which is no error. */
export function runCleanup(parameters: readonly string[]): void {
  requireArguments(parameters, 2, CLEANUP_USAGE);
  const [type = '', node = ''] = parameters;
  if (!isDeviceType(type))
    throw usageError(`${printable(type)} is neither snapshot nor origin: usage: ${CLEANUP_USAGE}`);
  const left = cleanup(parseNode(node, type));
  if (left !== undefined) complain(left);
}
