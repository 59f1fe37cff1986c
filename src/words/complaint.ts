import { host } from '../host/host.ts';
import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { oneLine } from './printable.ts';

/** The name that lines on standard error begin with. */
const PROGRAM = 'block-snapshot';

/**
 * One line for people on standard error. Here it leaves the program, so that here names that others have chosen are made
 * harmless to terminals and logs.
 */
export function complain(message: string): void {
  const line = oneLine(`${PROGRAM}: ${message}`);
  try {
    addon().writeText(2, `${line}\n`);
  } catch (error) {
    // Where standard error does not take it, there is nobody to tell; else the addon itself could not be loaded.
    if (!isSystemError(error)) host.writeLastLine(line);
  }
}

/** What a command has warned of: one that waits for another to end, and tries again, comes by the same things again. */
const warned = new Set<string>();

/** Something worth knowing that does not keep the command from doing its work; said once. */
export function warn(message: string): void {
  if (warned.has(message)) return;
  warned.add(message);
  complain(`warning: ${message}`);
}
