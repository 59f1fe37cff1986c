import type { CommandModule } from 'yargs';
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

/** Makes a command. @param fail called for a finding */
// biome-ignore lint/suspicious/noExplicitAny: each has arguments of its own, which yargs' types join here
type CommandMaker = (terminal: Terminal, fail: () => void) => CommandModule<object, any>;

/** Every command of domain-xml, in the order in which people read of them. */
export const COMMANDS = {
  render: renderCommand,
  which: whichCommand,
  check: checkCommand,
  diff: diffCommand,
  dump: dumpCommand,
  define: defineCommand,
  start: startCommand,
  stop: stopCommand,
} satisfies Readonly<Record<string, CommandMaker>>;

const NAMES = Object.keys(COMMANDS);

/** Reads the arguments and runs the command. Gives 0, or 1 for a finding; raises Refusal. */
export async function runCommands(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [first = '-'] = argv;
  const isCommand = NAMES.includes(first);
  if (!isCommand && !first.startsWith('-')) throw usageError(`${printable(first)} is not a command`);
  let exitCode = 0;
  const fail = () => {
    exitCode = 1;
  };
  const parser = strictYargs().scriptName('domain-xml');
  for (const make of Object.values<CommandMaker>(COMMANDS)) parser.command(make(terminal, fail));
  await parser
    .demandCommand(
      1,
      1,
      `which command? There are ${NAMES.slice(0, -1).join(', ')} and ${NAMES.at(-1)}`,
      'more than one NAME',
    )
    .strictCommands()
    .strict()
    .fail((message, error) => {
      // What yargs found fault with is wrong usage; what a command raised is its own.
      if (error !== undefined && error.name !== 'YError') throw error;
      const problem = message ?? error?.message ?? '';
      if (problem.startsWith('Not enough non-option')) throw usageError("the VM's NAME is missing");
      throw usageError(isCommand ? problem.replace(/^Unknown command:/, 'more than one NAME:') : problem);
    })
    .parseAsync(argv);
  return exitCode;
}
