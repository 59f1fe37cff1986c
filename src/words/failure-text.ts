import { isSystemError } from '../native/system-error.ts';
import { Refusal } from './refusal.ts';

/**
 * What people are told of a failure: a Refusal's own words, the kernel's word on what was tried where the addon names both,
 * and of anything else that the program itself is at fault.
 */
export function failureText(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  return isSystemError(error) && typeof error.operation === 'string' ? text : `internal error: ${text}`;
}
