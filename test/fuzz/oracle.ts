import { Refusal } from '../../src/words/refusal.ts';

/** A rule that what was read does not keep: what a target is there to find. */
export class Broken extends Error {}

/** @throws Broken where it does not hold */
export function must(holds: boolean, rule: string): void {
  if (!holds) throw new Broken(rule);
}

/**
 * Reads something hostile: it is read, or refused in words. Everything else that is thrown is a fault, and goes on.
 * @param also errors that the reader's callers turn into refusals
 * @returns undefined where it was refused
 */
export function readOrRefused<Result>(
  read: () => Result,
  ...also: readonly (abstract new (
    ...parameters: never[]
  ) => Error)[]
): Result | undefined {
  try {
    return read();
  } catch (error) {
    return refused(error, also);
  }
}

/** Likewise, of what is read bit by bit. */
export async function eventuallyReadOrRefused<Result>(
  read: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    return refused(error, []);
  }
}

function refused(
  error: unknown,
  also: readonly (abstract new (...parameters: never[]) => Error)[],
): undefined {
  if (![Refusal, ...also].some(kind => error instanceof kind)) throw error;
  must((error as Error).message !== '', 'a refusal says something');
  return undefined;
}
