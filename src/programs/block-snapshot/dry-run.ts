import { plannedPrepare } from '../../devices/planned-prepare.ts';
import { parseNode } from '../../devices/request/node-request.ts';
import { isDeviceType, parseStackRequest } from '../../devices/request/stack-request.ts';
import { plannedTakeDown } from '../../disks/planned-take-down.ts';
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
  if (!isDeviceType(type))
    throw usageError(`${printable(type)} is neither snapshot nor origin: usage: ${usage}`);
  const lines =
    command === 'prepare'
      ? plannedPrepare(parseStackRequest(type, subject), given.length < operands.length)
      : plannedTakeDown(parseNode(subject, type));
  inform(lines.map(printable).join('\n'));
}
