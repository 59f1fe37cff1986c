import { host } from '../../host/host.ts';
import { strictTextOf } from '../../host/strict-text.ts';
import { type AdminCall, callName } from './call.ts';
import { AdminApiError } from './error.ts';

/** Whoever asks is the administrator: the socket is dom0's. */
const SOURCE = 'dom0';

/** A request is no longer than this. */
const LONGEST_REQUEST = 64 * 1024;

const SUCCESS = 0x30;
const FAILURE = 0x32;

/**
 * `METHOD[+ARG] SOURCE name DEST`, a NUL, no payload.
 * @throws AdminApiError for what would read as another request: names come from qubesd's own replies, and are
 * not to be trusted with that
 */
export function encodeRequest(call: AdminCall): Uint8Array {
  const { destination } = call;
  const name = callName(call);
  if (![name, destination].every(part => /^[!-~]+$/.test(part))) {
    throw new AdminApiError(call, 'has a blank or another character in it that no call can have');
  }
  const request = host.bytesOf(`${name} ${SOURCE} name ${destination}\0`);
  if (request.length > LONGEST_REQUEST) throw new AdminApiError(call, 'is longer than a call can be');
  return request;
}

/**
 * The content of a reply that says that the call succeeded.
 * @throws AdminApiError for every other
 */
export function replyContent(reply: Uint8Array, call: AdminCall): string {
  if (reply.length === 0) {
    throw new AdminApiError(
      call,
      'no reply: qubesd refused the call or broke; its log says why (journalctl -u qubesd)',
      { noReply: true },
    );
  }
  const [type, separator] = reply;
  if (separator !== 0 || (type !== SUCCESS && type !== FAILURE)) {
    const start = Array.from(reply.subarray(0, 8), byte => byte.toString(16).padStart(2, '0')).join('');
    throw new AdminApiError(call, `a reply of no known type, or cut off (it begins with ${start})`);
  }
  const text = decode(reply.subarray(2), call);
  if (type === FAILURE) throw failureOf(text, call);
  if (text.includes('\0')) throw new AdminApiError(call, 'a reply with a NUL in it');
  return text;
}

function decode(bytes: Uint8Array, call: AdminCall): string {
  const text = strictTextOf(bytes);
  if (text === undefined) throw new AdminApiError(call, 'a reply that is not UTF-8');
  return text;
}

/** Exception class, traceback, message, each with a NUL; behind it the words for the places (%s) in the message. */
function failureOf(text: string, call: AdminCall): AdminApiError {
  const [exception = '', , message, ...words] = text.split('\0');
  if (message === undefined || !/^\w{1,100}$/.test(exception)) {
    return new AdminApiError(call, 'a failure that names no exception and message');
  }
  let next = 0;
  const filled = message.replace(/%[srd]/g, place => {
    const word = next < words.length - 1 ? words[next] : place;
    next += 1;
    return word ?? place;
  });
  return new AdminApiError(call, filled === '' ? exception : `${exception}: ${filled}`, { exception });
}
