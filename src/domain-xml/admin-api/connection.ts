import { ask, pause } from '../../host/exchange.ts';
import { host } from '../../host/host.ts';
import type { Exchange } from '../../host/question.ts';
import { isSystemError } from '../../native/system-error.ts';
import { step } from '../../words/steps.ts';
import { systemErrorText } from '../../words/system-error-text.ts';
import { type AdminCall, callText } from './call.ts';
import { AdminApiError } from './error.ts';
import { isListenedAt } from './listener.ts';
import { encodeRequest, replyContent } from './wire.ts';

/** How long a call may take, from connecting to the last byte of the reply. */
const PATIENCE_MILLISECONDS = 10_000;

/** How soon a connection is tried again for which there was no room. */
const PAUSE_MILLISECONDS = 50;

/** A reply is no longer than this: a list of a thousand VMs has 100 KiB. */
const LARGEST_REPLY = 4 * 1024 * 1024;

/** Calls under way at once: qubesd does one after the other, but need not wait for us in between. */
const AT_ONCE = 8;

/** Qubesd's Admin API on its socket: a connection for each call. */
export class AdminApi {
  readonly #path: string;
  readonly #patience: number;
  readonly #open = new Set<Exchange>();
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  #closed = false;

  constructor(path: string, { patience = PATIENCE_MILLISECONDS } = {}) {
    this.#path = path;
    this.#patience = patience;
  }

  /**
   * The content of the reply to a call.
   * @throws AdminApiError
   */
  async ask(method: string, destination: string, argument?: string): Promise<string> {
    const call = { method, destination, ...(argument === undefined ? {} : { argument }) };
    const request = encodeRequest(call);
    await this.#turn();
    try {
      return await step(callText(call), async () => replyContent(await this.#exchange(request, call), call));
    } finally {
      this.#underWay -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Ends what is under way: for when one call has failed and the others are of no use any more. */
  close(): void {
    this.#closed = true;
    this.#waiting.length = 0;
    for (const exchange of this.#open) exchange.end();
  }

  async #turn(): Promise<void> {
    if (this.#underWay >= AT_ONCE) await new Promise<void>(resolve => this.#waiting.push(resolve));
    this.#underWay += 1;
  }

  async #exchange(request: Uint8Array, call: AdminCall): Promise<Uint8Array> {
    const end = host.elapsed() + this.#patience;
    // A pause may take longer than it was to, so that no time is left after it.
    for (let left = this.#patience; left > 0; left = end - host.elapsed()) {
      if (this.#closed) throw new AdminApiError(call, 'another call had failed before');
      const reply = await this.#attempt(request, call, left);
      if (reply !== undefined) return reply;
      await pause(PAUSE_MILLISECONDS);
    }
    throw new AdminApiError(
      call,
      `no room in the queue at ${this.#path} for ${this.#patience / 1000} seconds: is qubesd stuck?`,
    );
  }

  /** The reply; undefined where there was no room for the connection. */
  async #attempt(
    request: Uint8Array,
    call: AdminCall,
    milliseconds: number,
  ): Promise<Uint8Array | undefined> {
    const exchange = ask({ path: this.#path, request, milliseconds, longest: LARGEST_REPLY });
    this.#open.add(exchange);
    try {
      return await exchange.reply;
    } catch (error) {
      if (this.#isQueueFull(error)) return undefined;
      throw new AdminApiError(call, this.#problem(error));
    } finally {
      this.#open.delete(exchange);
    }
  }

  #isQueueFull(error: unknown): boolean {
    return (
      isSystemError(error, 'EAGAIN') || (isSystemError(error, 'ECONNREFUSED') && isListenedAt(this.#path))
    );
  }

  #problem(error: unknown): string {
    const instead = 'give --qubes-xml FILE to do without it';
    switch (isSystemError(error) ? error.code : undefined) {
      case 'ENOENT':
      case 'ENOTSOCK':
      case 'ECONNREFUSED':
        return `nobody listens at ${this.#path}: is qubesd running? (${instead})`;
      case 'EACCES':
      case 'EPERM':
        return `no permission for ${this.#path}: run as root, or as a member of the group qubes`;
      case 'ECONNRESET':
      case 'EPIPE':
        return 'qubesd ended the connection before it had replied';
      case 'ETIMEDOUT':
        return `no reply within ${this.#patience / 1000} seconds: is qubesd stuck?`;
      case 'EMSGSIZE':
        return `a reply of more than ${LARGEST_REPLY} bytes`;
      case 'ECANCELED':
        return 'the connection was closed before the reply came';
      default:
        return `${this.#path}: ${systemErrorText(error)}`;
    }
  }
}
