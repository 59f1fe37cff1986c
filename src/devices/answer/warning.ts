import { addon } from '../../native/addon.ts';

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

/** Something worth knowing that does not keep the command from doing its work. */
export function warn(message: string): void {
  complain(`warning: ${message}`);
}
