import { prepare } from '../../devices/prepare.ts';
import { isDeviceType, parseStackRequest } from '../../devices/request/stack-request.ts';
import { printable } from '../../words/printable.ts';
import { usageError } from '../../words/refusal.ts';
import { answer } from '../answer.ts';
import { besideOperations } from './operations.ts';
import { PREPARE_USAGE, requireArguments } from './usage.ts';

/** `prepare snapshot BASE:COW[:COW2…] [--force]`, `prepare origin BASE:COW [--force]`: prints the node. */
export function runPrepare(parameters: readonly string[]): void {
  const operands = parameters.filter(parameter => parameter !== '--force');
  const force = operands.length < parameters.length;
  requireArguments(operands, 2, PREPARE_USAGE);
  const [type = '', images = ''] = operands;
  if (!isDeviceType(type))
    throw usageError(`${printable(type)} is neither snapshot nor origin: usage: ${PREPARE_USAGE}`);
  // Under the lock: when nobody can be told of the device, what was made for it goes again.
  besideOperations(() =>
    prepare(parseStackRequest(type, images), { force, ready: ({ node }) => answer(node) }),
  );
}
