import { host } from './host.ts';

const REPLACEMENT = '\ufffd';

/** A text from UTF-8; undefined where the bytes are none. */
export function strictTextOf(bytes: Uint8Array): string | undefined {
  const text = host.textOf(bytes);
  return !text.includes(REPLACEMENT) || isOf(text, bytes) ? text : undefined;
}

/** Whether the replacements in it stand in the bytes themselves. */
function isOf(text: string, bytes: Uint8Array): boolean {
  const own = host.bytesOf(text);
  return own.length === bytes.length && own.every((byte, index) => byte === bytes[index]);
}
