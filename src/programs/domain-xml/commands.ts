import { printable } from '../../words/printable.ts';
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

const COMMANDS = ['render', 'which', 'check', 'diff', 'dump', 'define', 'start', 'stop'];

/** Reads the arguments and runs the command. Gives 0, or 1 for a finding; raises Refusal. */
export async function runCommands(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [first = '-'] = argv;
  const isCommand = COMMANDS.includes(first);
  if (!isCommand && !first.startsWith('-')) throw usageError(`Unknown command: ${printable(first)}`);
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
      `which command? There are ${COMMANDS.slice(0, -1).join(', ')} and ${COMMANDS.at(-1)}`,
      'more than one NAME',
    )
    .epilogue('domain-xml --version shows the version.')
    .strictCommands()
    .strict()
    .fail((message, error) => {
      // What yargs found fault with is wrong usage; what a command raised is its own.
      if (error !== undefined && error.name !== 'YError') throw error;
      const problem = message ?? error?.message ?? '';
      if (problem.startsWith('Not enough non-option')) throw usageError("the VM's NAME is missing");
      throw usageError(isCommand ? problem.replace(/^Unknown command:/, 'more than one NAME:') : problem);
    })
    .parseAsync(argv, {}, (_error, _values, output) => {
      help = output;
    });
  if (help !== '') terminal.print(`${help}\n`);
  return exitCode;
}
