import { Refusal } from '../../words/refusal.ts';

/** What xenstore refused, or did wrong; the message is for people. */
export class XenstoreError extends Refusal {
  /** The name of the errno: xenstore's own, or ETIMEDOUT, EPROTO and the like when the conversation failed. */
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.name = 'XenstoreError';
    this.code = code;
  }
}

/** Whether the value is what xenstore says with one of these codes. */
export function isXenstoreError(value: unknown, ...codes: string[]): value is XenstoreError {
  return value instanceof XenstoreError && codes.includes(value.code);
}
