import { runProgram } from '../domain-xml/program.ts';
import { Refusal } from '../words/refusal.ts';
import type { Command } from './finding.ts';

/** Seconds that a command may take; a revert of a large run takes long. */
const LIMIT = 24 * 60 * 60;

/**
 * Runs the commands of a finding, one after the other, exactly as they were shown.
 * @param own the program that block-snapshot is here
 * @throws Refusal with the command's own reason, at the first that fails
 */
export async function runMending(commands: readonly Command[], own: string): Promise<void> {
  for (const command of commands) {
    const [program = '', ...args] = command.map(part => (typeof part === 'string' ? part : part.text));
    const { exitCode, stdout, stderr } = await runProgram({
      program: program === 'block-snapshot' ? own : program,
      args,
      remedy: 'install it, or mend that by hand',
      limit: LIMIT,
    });
    if (exitCode !== 0) {
      const reason = (stderr || stdout).trim().replace(/^block-snapshot: /, '');
      throw new Refusal(`${program} did not mend it: ${reason || `exit status ${exitCode}`}`);
    }
  }
}
