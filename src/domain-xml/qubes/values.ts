const TRUE = new Set(['1', 'yes', 'true', 'on']);
const FALSE = new Set(['0', 'no', 'false', 'off']);

/** A whole number that is not negative; undefined for every other text. */
export function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** True or false in the words that Qubes takes for them; undefined for others. */
export function truth(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return TRUE.has(word) ? true : FALSE.has(word) ? false : undefined;
}

/** The last part of a path or of a volume's name may not lead elsewhere. */
export function isPlainPath(text: string): boolean {
  return text !== '' && !/\p{Cc}/u.test(text) && !text.split('/').includes('..');
}

/** The port of a device that is known by what it is, wherever it is plugged in (R4.3). */
export const ANY_PORT = '*';

/** The identity of a device that is known by its port, whatever is there. */
export const ANY_IDENTITY = '*';

/** Whether a text can be a device's name in the VM that it belongs to. */
export function isPort(text: string): boolean {
  return text === ANY_PORT || /^[\w.,-]{1,255}$/.test(text);
}
