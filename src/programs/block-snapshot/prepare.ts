import { prepare } from '../../devices/prepare.ts';
import { isDeviceType, parseStackRequest } from '../../devices/request/stack-request.ts';
import { printable } from '../../words/printable.ts';
import { usageError } from '../../words/refusal.ts';
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
  answer((await besideOperations(() => prepare(parseStackRequest(type, images)))).node);
}
