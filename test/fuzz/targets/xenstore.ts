// What xenstored answers, and what libxl (or whoever may write there) has put into it. An input is the answers, one after the
// other: the first byte of each says what is odd about its header.
import '../made-up-host.ts';
import { parseReflinkRequest } from '../../../src/devices/request/reflink-request.ts';
import { parseStackRequest } from '../../../src/devices/request/stack-request.ts';
import { readBackend } from '../../../src/xen/hotplug/backend.ts';
import { withXenstore, type Xenstore } from '../../../src/xen/xenstore/store.ts';
import { HEADER_BYTES, LONGEST_PAYLOAD } from '../../../src/xen/xenstore/wire.ts';
import { makeUpKernel, systemError } from '../made-up-kernel.ts';
import { must, readOrRefused } from '../oracle.ts';
import { choice, piecesOf } from '../pieces.ts';

const ATTACHMENT = { path: 'backend/vbd/5/51712', domain: '5', key: 'backend-vbd-5-51712' };
const ERROR = 16;

/** Who asks, by the first byte of an input. */
const CONVERSATIONS: readonly ((store: Xenstore) => void)[] = [
  store => {
    const { parameters, access } = readBackend(store, ATTACHMENT);
    must(parameters !== '' && !parameters.includes('\0'), 'what a disk is asked for by is a text');
    must(['read', 'write', 'share'].includes(access), 'a disk is had in one of three ways');
    readOrRefused(() => parseStackRequest('snapshot', parameters));
    readOrRefused(() => parseReflinkRequest('reflink', parameters));
  },
  store => {
    const names = store.directory('/local/domain/0/backend/vbd');
    must(
      names.every(name => name !== '' && !name.includes('\0')),
      'a name in a folder is one',
    );
  },
  store => {
    store.transaction(transaction => {
      transaction.write('a', 'b');
      transaction.remove('c');
      return transaction.read('d');
    });
  },
];

export function fuzz(data: Uint8Array): void {
  const [chosen, rest] = choice(data);
  const answers = piecesOf(rest);
  let waiting: Uint8Array = new Uint8Array();
  makeUpKernel({
    connectUnixSocket: () => 3,
    sendBytes(_descriptor, message) {
      waiting = answerTo(message, answers.shift());
    },
    receiveBytes(_descriptor, length) {
      must(length <= LONGEST_PAYLOAD, 'no more is waited for than the protocol allows');
      if (length > waiting.length) throw systemError('ECONNRESET', 'receive');
      const piece = Uint8Array.from(waiting.subarray(0, length));
      waiting = waiting.subarray(length);
      return piece;
    },
    closeFile() {},
    sleepMilliseconds() {},
  });
  readOrRefused(() => withXenstore(store => CONVERSATIONS[chosen % CONVERSATIONS.length]?.(store)));
}

/** An answer to that message; none where there is none left. */
function answerTo(message: Uint8Array, answer: Uint8Array | undefined): Uint8Array {
  if (answer === undefined) return new Uint8Array();
  const [oddity, payload] = choice(answer);
  if (oddity === 4) return payload;
  const words = new Uint32Array(message.slice(0, HEADER_BYTES).buffer);
  if (oddity === 1) words[0] = ERROR;
  if (oddity === 2) words[1] = payload[0] ?? 0;
  words[3] = oddity === 3 ? (payload[0] ?? 0) * 1000 : payload.length;
  return Buffer.concat([Buffer.from(words.buffer), payload]);
}
