import { OperationUnderWay } from '../../devices/operation-under-way.ts';
import { host } from '../../host/host.ts';
import { addon } from '../../native/addon.ts';

/** How long to wait for an operation that is just about to end, as a commit always is; milliseconds. */
const PATIENCE = 3000;
const PAUSE = 100;

/**
 * Runs a command of the hot path, again and again for a while where an operation on the template is under way.
 * @throws Refusal that names the operation when it goes on
 */
export function besideOperations<Result>(action: () => Result): Result {
  const end = host.elapsed() + PATIENCE;
  for (;;) {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof OperationUnderWay) || host.elapsed() >= end) throw error;
      addon().sleepMilliseconds(PAUSE);
    }
  }
}
