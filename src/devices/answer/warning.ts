import { writeSync } from 'node:fs';

/** The name that all lines on standard error begin with. */
const PROGRAM = 'block-snapshot';

/** One line for people on standard error. */
export function complain(message: string): void {
  try {
    writeSync(2, `${PROGRAM}: ${message}\n`);
  } catch {
    // Nobody is there to read it.
  }
}

/** Something worth knowing that does not keep the command from doing its work. */
export function warn(message: string): void {
  complain(`warning: ${message}`);
}
