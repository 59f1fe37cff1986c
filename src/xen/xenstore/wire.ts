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
export function encodeMessage(header: Omit<Header, 'length'>, payload: Buffer): Buffer {
  if (payload.length > LONGEST_PAYLOAD)
    throw new XenstoreError(`a message to xenstore of ${payload.length} bytes is too long`, 'E2BIG');
  const message = Buffer.alloc(HEADER_BYTES + payload.length);
  message.writeUInt32LE(header.type, 0);
  message.writeUInt32LE(header.requestId, 4);
  message.writeUInt32LE(header.transactionId, 8);
  message.writeUInt32LE(payload.length, 12);
  payload.copy(message, HEADER_BYTES);
  return message;
}

export function decodeHeader(bytes: Buffer): Header {
  return {
    type: bytes.readUInt32LE(0),
    requestId: bytes.readUInt32LE(4),
    transactionId: bytes.readUInt32LE(8),
    length: bytes.readUInt32LE(12),
  };
}
