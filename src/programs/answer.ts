import { addon } from '../native/addon.ts';
import { isSystemError, type SystemError } from '../native/system-error.ts';
import { Refusal } from '../words/refusal.ts';

/** What hinders a write, by the kernel's word for it. */
const HINDRANCES: Readonly<Record<string, string>> = {
  EBADF: 'it is not open for writing',
  ENOSPC: 'no space left',
  EPIPE: 'its reader has gone',
  ETIMEDOUT: 'its reader does not read',
};

/**
 * One line on standard output, the answer that scripts read: what it is about is of no use to them without it.
 * @throws Refusal when it cannot be written
 */
export function answer(line: string): void {
  write(`${line}\n`);
}

/**
 * A text for people on standard output. A reader that has gone (`| head`) is no error.
 * @throws Refusal when it cannot be written
 */
export function inform(text: string): void {
  write(`${text}\n`, 'EPIPE');
}

/** What is said of standard output when it does not take what is written. */
export function unwritten({ code }: Pick<SystemError, 'code'>): Refusal {
  return new Refusal(`the answer cannot be written to standard output: ${HINDRANCES[code] ?? code}`);
}

function write(text: string, ...harmless: string[]): void {
  try {
    addon().writeText(1, text);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (!harmless.includes(error.code)) throw unwritten(error);
  }
}
