import { addon } from '../native/addon.ts';

/** The name that all lines on standard error begin with. */
const PROGRAM = 'block-snapshot';

/** One line for people on standard error. */
export function complain(message: string): void {
  try {
    addon().writeText(2, `${PROGRAM}: ${message}\n`);
  } catch {
    // The addon itself could not be loaded.
    console.error(`${PROGRAM}: ${message}`);
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
