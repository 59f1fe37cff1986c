import { prepare } from '../../devices/prepare.ts';
import {
  isDeviceType,
  isReflinkType,
  NO_TYPE,
  type ReflinkType,
} from '../../devices/request/device-types.ts';
import { parseReflinkRequest } from '../../devices/request/reflink-request.ts';
import { parseStackRequest } from '../../devices/request/stack-request.ts';
import { prepareReflink } from '../../reflink/prepare.ts';
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
  if (isReflinkType(type)) {
    prepareClone(type, images, force);
    return;
  }
  if (!isDeviceType(type)) throw usageError(`${printable(type)} is ${NO_TYPE}: usage: ${PREPARE_USAGE}`);
  // Under the lock: when nobody can be told of the device, what was made for it goes again.
  besideOperations(() =>
    prepare(parseStackRequest(type, images), { force, ready: ({ node }) => answer(node) }),
  );
}

/** `prepare reflink SOURCE:DISK[:keep]`, `prepare reflink-origin IMAGE`. */
function prepareClone(type: ReflinkType, images: string, force: boolean): void {
  if (force) throw usageError(`--force is for stores of snapshots: usage: ${PREPARE_USAGE}`);
  besideOperations(() =>
    prepareReflink(parseReflinkRequest(type, images), { ready: ({ node }) => answer(node) }),
  );
}
