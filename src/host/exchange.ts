import { addon } from '../native/addon.ts';
import { joined } from '../native/read-bytes.ts';
import { isSystemError } from '../native/system-error.ts';
import { askByNode, pauseByNode } from './exchange-of-node.ts';
import { host } from './host.ts';
import type { Exchange, Question } from './question.ts';

/** The small programs do one thing after the other. */
const AT_ONCE = host.handOver !== undefined;

/** Asks, and then says that this was all. */
export function ask(question: Question): Exchange {
  return AT_ONCE ? { reply: reply(question), end() {} } : askByNode(question);
}

/** Waits. */
export async function pause(milliseconds: number): Promise<void> {
  if (AT_ONCE) addon().sleepMilliseconds(milliseconds);
  else await pauseByNode(milliseconds);
}

async function reply({ path, request, milliseconds, longest }: Question): Promise<Uint8Array> {
  const end = host.elapsed() + milliseconds;
  const left = () => Math.max(0, Math.ceil(end - host.elapsed()));
  const descriptor = connect(path, left());
  try {
    send(descriptor, request, left());
    const pieces: Uint8Array[] = [];
    for (let length = 0; ; ) {
      const piece = addon().receiveNext(descriptor, left());
      if (piece.length === 0) return joined(pieces, length);
      pieces.push(piece);
      length += piece.length;
      if (length > longest) throw socketError('EMSGSIZE');
    }
  } finally {
    addon().closeFile(descriptor);
  }
}

/** The kernel has waited for room in the queue as long as that. */
function connect(path: string, milliseconds: number): number {
  try {
    return addon().connectUnixSocket(path, milliseconds);
  } catch (error) {
    throw isSystemError(error, 'ETIMEDOUT') ? socketError('EAGAIN') : error;
  }
}

/** Whoever has heard enough may close before all is sent: what came from there is still to be read. */
function send(descriptor: number, request: Uint8Array, milliseconds: number): void {
  try {
    addon().sendBytes(descriptor, request, milliseconds);
    addon().endSending(descriptor);
  } catch (error) {
    if (!isSystemError(error, 'EPIPE', 'ENOTCONN')) throw error;
  }
}

function socketError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
