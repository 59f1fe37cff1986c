import { createInterface } from 'node:readline';
import { oneLine } from '../../../words/printable.ts';
import { usageError } from '../../../words/refusal.ts';

/**
 * Asks a person on the terminal; anything but yes is no, and so is the end of the input.
 * @throws Refusal where nobody can be asked
 */
export async function confirmed(question: string, usage: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw usageError(`there is no terminal to ask on: give --yes if you are sure: usage: ${usage}`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise<string>(resolve => {
    lines.once('close', () => resolve(''));
    // It reads the keys itself: Ctrl-C is one of them, and means what it means elsewhere.
    lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    lines.question(`${oneLine(question)} [y/N] `, resolve);
  });
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}
