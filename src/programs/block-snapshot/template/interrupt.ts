import { complain } from '../../../words/complaint.ts';
import type { Progress } from '../../../words/progress.ts';

/** What a shell says of a program that Ctrl-C has ended. */
const EXIT_INTERRUPTED = 130;

/**
 * Lets Ctrl-C end the program at once, with the terminal as it was, and says what that means.
 * @returns what has to be called when all is done: then Ctrl-C comes too late to end anything
 */
export function endOnInterrupt(progress: Progress, meaning: string): () => void {
  let done = false;
  process.on('SIGINT', () => {
    if (done) return;
    progress.end();
    complain(`interrupted: ${meaning}`);
    process.exit(EXIT_INTERRUPTED);
  });
  return () => {
    done = true;
  };
}
