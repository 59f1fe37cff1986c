import { OperationUnderWay } from '../devices/operations.ts';

/** How long to wait for an operation that is just about to end, as a commit always is; milliseconds. */
const PATIENCE = 3000;
const PAUSE = 100;

/**
 * Runs a command of the hot path. Where an operation on the template seems to be under way, and only there, it loads what
 * is needed to see whether that is so: a killed one leaves its lock behind.
 * @throws Refusal that names the operation when it goes on
 */
export async function besideOperations<Result>(action: () => Result): Promise<Result> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof OperationUnderWay)) throw error;
      const { dropStaleLock, operationLives } = await import('../templates/operation-lock.ts');
      if (!(await operationLives(error.base))) await dropStaleLock(error.base).catch(() => {});
      else if (performance.now() >= end) throw error;
      else await new Promise(resolve => setTimeout(resolve, PAUSE));
    }
  }
}
