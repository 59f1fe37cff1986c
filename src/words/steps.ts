import { host } from '../host/host.ts';

/** Who is told of steps; undefined where nobody asked. */
let tell: ((line: string) => void) | undefined;

/** From now on every step is told when it has ended, with its milliseconds. */
export function watchSteps(listener: (line: string) => void): void {
  tell = listener;
}

/**
 * Does what it is given, as one step of a command.
 * @param what in a few words, with the thing that it is about
 */
export async function step<Result>(what: string, action: () => Promise<Result> | Result): Promise<Result> {
  if (tell === undefined) return action();
  const start = host.elapsed();
  let outcome = '';
  try {
    return await action();
  } catch (error) {
    outcome = `: ${error instanceof Error ? error.message : String(error)}`;
    throw error;
  } finally {
    const took = (host.elapsed() - start).toFixed(2);
    tell(`${start.toFixed(2).padStart(9)} ms  ${what} (${took} ms)${outcome}`);
  }
}
