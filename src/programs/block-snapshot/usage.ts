import { usageError } from '../../words/refusal.ts';

/** Exactly these arguments, no fewer and no more. */
export function requireArguments(given: readonly string[], count: number, usage: string): void {
  if (given.length < count) throw usageError(`missing argument: usage: ${usage}`);
  if (given.length > count) throw usageError(`too many arguments: usage: ${usage}`);
}
