import { usageError } from '../devices/answer/refusal.ts';
import { prepare } from '../devices/prepare.ts';
import { printable } from '../devices/request/image-path.ts';
import { isDeviceType, parseStackRequest } from '../devices/request/stack-request.ts';
import { answer } from './answer.ts';
import { besideOperations } from './operations.ts';
import { requireArguments } from './usage.ts';

export const PREPARE_USAGE = 'block-snapshot prepare snapshot|origin BASE:COW[:COW2...]';

/** `prepare snapshot BASE:COW[:COW2…]`, `prepare origin BASE:COW`: prints the node. */
export async function runPrepare(parameters: readonly string[]): Promise<void> {
  requireArguments(parameters, 2, PREPARE_USAGE);
  const [type = '', images = ''] = parameters;
  if (!isDeviceType(type))
    throw usageError(`${printable(type)} is neither snapshot nor origin: usage: ${PREPARE_USAGE}`);
  answer(await besideOperations(() => prepare(parseStackRequest(type, images))));
}
