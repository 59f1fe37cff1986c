import { complain } from '../../devices/answer/warning.ts';
import type { Progress } from '../../templates/progress.ts';

/** What a shell says of a program that Ctrl-C has ended. */
const EXIT_INTERRUPTED = 130;

/** Lets Ctrl-C end the program at once, with the terminal as it was, and says what that means. */
export function endOnInterrupt(progress: Progress, meaning: string): void {
  process.once('SIGINT', () => {
    progress.end();
    complain(`interrupted: ${meaning}`);
    process.exit(EXIT_INTERRUPTED);
  });
}
