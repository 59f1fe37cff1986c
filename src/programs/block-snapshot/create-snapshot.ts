import { prepare } from '../../devices/prepare.ts';
import { parseNode } from '../../devices/request/node-request.ts';
import { stackRequest } from '../../devices/request/stack-request.ts';
import { logged } from '../../disks/call-log.ts';
import { usageError } from '../../words/refusal.ts';
import { besideOperations } from './operations.ts';
import { CREATE_SNAPSHOT_USAGE } from './usage.ts';

/**
 * `create-snapshot NAME BASE COW [COW2]`, as qubesd calls it: the NAME says which kind of device is wanted, and has to
 * be the one that the files give.
 */
export function runCreateSnapshot(parameters: readonly string[]): void {
  const [name, ...paths] = parameters;
  if (name === undefined || paths.length < 2)
    throw usageError(`missing argument: usage: ${CREATE_SNAPSHOT_USAGE}`);
  const wanted = parseNode(name);
  logged('create-snapshot', paths.join(' '), 'create', () => {
    const request = stackRequest(wanted.identity.type, paths, paths.join(' '));
    return besideOperations(() => prepare(request, { expectedName: wanted.name })).node;
  });
}
