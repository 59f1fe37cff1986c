import { plannedPrepare } from '../../devices/planned-prepare.ts';
import { isDeviceType, isReflinkType, NO_TYPE } from '../../devices/request/device-types.ts';
import { parseNode } from '../../devices/request/node-request.ts';
import { parseReflinkRequest } from '../../devices/request/reflink-request.ts';
import { parseStackRequest } from '../../devices/request/stack-request.ts';
import { plannedTakeDown } from '../../disks/planned-take-down.ts';
import { plannedCloneTakeDown, plannedReflink } from '../../reflink/planned.ts';
import { printable } from '../../words/printable.ts';
import { usageError } from '../../words/refusal.ts';
import { inform } from '../answer.ts';
import { CLEANUP_USAGE, PREPARE_USAGE, requireArguments } from './usage.ts';

/**
 * `prepare` and `cleanup` with --dry-run: what they would do, a line each.
 * @param parameters the command, and what follows it
 * @throws Refusal
 */
export function runDryRun([command, ...parameters]: readonly string[]): void {
  const usage = command === 'prepare' ? PREPARE_USAGE : CLEANUP_USAGE;
  const operands = parameters.filter(parameter => parameter !== '--dry-run');
  const given = command === 'prepare' ? operands.filter(parameter => parameter !== '--force') : operands;
  requireArguments(given, 2, usage);
  const [type = '', subject = ''] = given;
  const forced = given.length < operands.length;
  const lines = command === 'prepare' ? linesOfPrepare(type, subject, forced) : linesOfCleanup(type, subject);
  if (lines === undefined) throw usageError(`${printable(type)} is ${NO_TYPE}: usage: ${usage}`);
  inform(lines.map(printable).join('\n'));
}

function linesOfPrepare(type: string, images: string, forced: boolean): string[] | undefined {
  if (isReflinkType(type)) return plannedReflink(parseReflinkRequest(type, images));
  return isDeviceType(type) ? plannedPrepare(parseStackRequest(type, images), forced) : undefined;
}

function linesOfCleanup(type: string, node: string): string[] | undefined {
  if (isReflinkType(type)) return plannedCloneTakeDown(node, type);
  return isDeviceType(type) ? plannedTakeDown(parseNode(node, type)) : undefined;
}
