import { Refusal } from '../../words/refusal.ts';
import { type AdminCall, callText } from './call.ts';

const LONGEST_REASON = 500;

/** A call of qubesd that failed, or was not answered as it should be. */
export class AdminApiError extends Refusal {
  override readonly name = 'AdminApiError';
  /** The class of qubesd's exception; undefined where the failure is of another kind. */
  readonly exception: string | undefined;
  /** Nothing at all came back: what a daemon does that does not have the method. */
  readonly noReply: boolean;

  constructor(call: AdminCall, reason: string, { exception, noReply = false }: AdminApiFailure = {}) {
    const short = reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason;
    super(`qubesd, ${callText(call)}: ${short}`);
    this.exception = exception;
    this.noReply = noReply;
  }
}

export interface AdminApiFailure {
  exception?: string | undefined;
  noReply?: boolean;
}

/** Whether an error is qubesd's own, of that class. */
export function isQubesdException(error: unknown, exception: string): boolean {
  return error instanceof AdminApiError && error.exception === exception;
}

/** Whether qubesd may not have the method: then it ends the connection, or says that there is no such call. */
export function isMissingMethod(error: unknown): boolean {
  return error instanceof AdminApiError && (error.noReply || error.exception === 'ProtocolError');
}
