import { usageError } from '../../words/refusal.ts';
import { strictYargs } from '../strict-yargs.ts';
import type { Terminal } from '../terminal.ts';
import { checkCommand } from './check.ts';
import { defineCommand } from './define.ts';
import { diffCommand } from './diff.ts';
import { dumpCommand } from './dump.ts';
import { renderCommand } from './render.ts';
import { startCommand } from './start.ts';
import { stopCommand } from './stop.ts';
import { whichCommand } from './which.ts';

/** Reads the arguments and runs the command. Gives 0, or 1 for a finding; raises Refusal. */
export async function runCommands(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0;
  const fail = () => {
    exitCode = 1;
  };
  let help = '';
  await strictYargs()
    .scriptName('domain-xml')
    .usage('$0 COMMAND NAME: libvirt domain XML from Jinja templates')
    .command(renderCommand(terminal))
    .command(whichCommand(terminal))
    .command(checkCommand(terminal, fail))
    .command(diffCommand(terminal, fail))
    .command(dumpCommand(terminal))
    .command(defineCommand(terminal, fail))
    .command(startCommand(terminal, fail))
    .command(stopCommand(terminal))
    .demandCommand(
      1,
      1,
      'which command? There are render, which, check, diff, dump, define, start and stop',
      'more than one NAME',
    )
    .strictCommands()
    .strict()
    .fail((message, error) => {
      // What yargs found fault with is wrong usage; what a command raised is its own.
      if (error !== undefined && error.name !== 'YError') throw error;
      const problem = message ?? error?.message ?? '';
      throw usageError(problem.startsWith('Not enough non-option') ? "the VM's NAME is missing" : problem);
    })
    .parseAsync(argv, {}, (_error, _values, output) => {
      help = output;
    });
  if (help !== '') terminal.print(`${help}\n`);
  return exitCode;
}
