import { XenstoreError } from './error.ts';

/** The message types that are used here: enum xsd_sockmsg_type of xen/include/public/io/xs_wire.h. */
export const MESSAGE = {
  directory: 1,
  read: 2,
  startTransaction: 6,
  endTransaction: 7,
  write: 11,
  remove: 13,
  error: 16,
} as const;

export type RequestType = Exclude<(typeof MESSAGE)[keyof typeof MESSAGE], typeof MESSAGE.error>;

/** struct xsd_sockmsg: four 32-bit words in the byte order of the machine. */
export const HEADER_BYTES = 16;

/** XENSTORE_PAYLOAD_MAX of xs_wire.h: what follows a header is no longer than this, either way. */
export const LONGEST_PAYLOAD = 4096;

export interface Header {
  type: number;
  requestId: number;
  transactionId: number;
  /** Bytes of the payload that follows. */
  length: number;
}

/** A whole message. @throws XenstoreError when the payload is longer than the protocol allows */
export function encodeMessage(header: Omit<Header, 'length'>, payload: Uint8Array): Uint8Array {
  if (payload.length > LONGEST_PAYLOAD)
    throw new XenstoreError(`a message to xenstore of ${payload.length} bytes is too long`, 'E2BIG');
  const message = new Uint8Array(HEADER_BYTES + payload.length);
  const words = new Uint32Array(message.buffer, 0, HEADER_BYTES / 4);
  words.set([header.type, header.requestId, header.transactionId, payload.length]);
  message.set(payload, HEADER_BYTES);
  return message;
}

export function decodeHeader(bytes: Uint8Array): Header {
  // Copied: what came may begin anywhere in its buffer, and words begin at words.
  const [type = 0, requestId = 0, transactionId = 0, length = 0] = new Uint32Array(
    bytes.slice(0, HEADER_BYTES).buffer,
  );
  return { type, requestId, transactionId, length };
}

/** What names and codes are told in: a character for each byte. */
export function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, byte => String.fromCharCode(byte)).join('');
}
