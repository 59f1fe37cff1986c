import { host } from '../../host/host.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { printable } from '../../words/printable.ts';
import { XenstoreError } from './error.ts';
import { openTransport, type Transport } from './transport.ts';
import {
  decodeHeader,
  encodeMessage,
  HEADER_BYTES,
  type Header,
  LONGEST_PAYLOAD,
  latin1,
  MESSAGE,
  type RequestType,
} from './wire.ts';

/** How long xenstore may take, from the first message to the last. */
export const PATIENCE_MILLISECONDS = 5000;

/** What is asked, for messages: "read backend/vbd/5/51712/params". */
export interface Request {
  type: RequestType;
  transactionId: number;
  payload: Uint8Array;
  shown: string;
}

/** One conversation with xenstore: a request, its answer, the next request. It trusts nothing in an answer. */
export class Connection {
  readonly #transport: Transport;
  #requestId = 0;
  #end = 0;

  constructor() {
    this.restartClock();
    this.#transport = openTransport(PATIENCE_MILLISECONDS);
  }

  /** Gives xenstore its time anew: for the next step of a command, when its own work lies between. */
  restartClock(): void {
    this.#end = host.elapsed() + PATIENCE_MILLISECONDS;
  }

  /** Milliseconds that xenstore has left. */
  timeLeft(): number {
    return Math.max(0, Math.round(this.#end - host.elapsed()));
  }

  close(): void {
    addon().closeFile(this.#transport.descriptor);
  }

  /**
   * Sends a request and takes its answer.
   * @returns the payload of the answer
   * @throws XenstoreError with xenstore's own code when it refuses; ETIMEDOUT, ECONNRESET or EPROTO when it does not
   *   answer as it should
   */
  exchange(request: Request): Uint8Array {
    this.#requestId += 1;
    const { type, transactionId, payload, shown } = request;
    const message = encodeMessage({ type, requestId: this.#requestId, transactionId }, payload);
    const { header, answer } = this.#converse(message, shown);
    this.#check(header, request);
    if (header.type === MESSAGE.error) throw refusalOf(answer, shown);
    return answer;
  }

  #converse(message: Uint8Array, shown: string): { header: Header; answer: Uint8Array } {
    const { descriptor } = this.#transport;
    try {
      addon().sendBytes(descriptor, message, this.timeLeft());
      const header = decodeHeader(addon().receiveBytes(descriptor, HEADER_BYTES, this.timeLeft()));
      if (header.length > LONGEST_PAYLOAD)
        throw this.#broken(shown, `an answer of ${header.length} bytes, more than ${LONGEST_PAYLOAD}`);
      return { header, answer: addon().receiveBytes(descriptor, header.length, this.timeLeft()) };
    } catch (error) {
      if (!isSystemError(error) || error instanceof XenstoreError) throw error;
      if (error.code === 'ETIMEDOUT')
        throw new XenstoreError(
          `xenstore at ${this.#transport.path} did not answer "${shown}" within ${PATIENCE_MILLISECONDS / 1000} s: is xenstored stuck?`,
          error.code,
        );
      throw new XenstoreError(
        `xenstore at ${this.#transport.path} ended the conversation at "${shown}" (${error.code}): is xenstored running?`,
        error.code,
      );
    }
  }

  /** An answer has to be the one to this request; no watch is ever set, so nothing else may come. */
  #check(header: Header, { type, transactionId, shown }: Request): void {
    if (header.type !== type && header.type !== MESSAGE.error)
      throw this.#broken(shown, `an answer of type ${header.type}, not ${type}`);
    if (header.requestId !== this.#requestId)
      throw this.#broken(shown, `an answer to request ${header.requestId}, not ${this.#requestId}`);
    if (header.transactionId !== transactionId)
      throw this.#broken(shown, `an answer in transaction ${header.transactionId}, not ${transactionId}`);
  }

  #broken(shown: string, got: string): XenstoreError {
    return new XenstoreError(
      `xenstore at ${this.#transport.path} broke its protocol: "${shown}" got ${got}`,
      'EPROTO',
    );
  }
}

/** An error's payload is the name of an errno and a NUL. */
function refusalOf(answer: Uint8Array, shown: string): XenstoreError {
  const code = /^([A-Z0-9]{2,20})\0?$/.exec(latin1(answer))?.[1];
  if (code === undefined)
    return new XenstoreError(
      `xenstore refused "${shown}" without a reason: ${printable(latin1(answer))}`,
      'EPROTO',
    );
  return new XenstoreError(`xenstore refused "${shown}": ${code}`, code);
}
