import { LargerNeeded } from '../../domain-xml/larger-needed.ts';
import { host } from '../../host/host.ts';
import { failureText } from '../../words/failure-text.ts';
import { EXIT_USAGE, exitStatusOf } from '../../words/refusal.ts';
import { watchSteps } from '../../words/steps.ts';
import { askedFor, isVerbose } from '../asked-for.ts';
import { inLines, processTerminal, type Terminal } from '../terminal.ts';
import { plainRender } from './plain-render.ts';
import { usageOf } from './usage.ts';

/** All that is no plain render: the larger program does it, and the renderer becomes that. */
export interface OtherCalls {
  /** Runs a call, and gives its exit code. @throws Refusal */
  run(argv: readonly string[], terminal: Terminal): number | Promise<number>;
  /** Prints the help on a command, or on all. @throws Refusal */
  help(command: string | undefined, terminal: Terminal): void | Promise<void>;
  /** Whether wrong usage is of a command that there is. */
  isCommand(name: string): boolean | Promise<boolean>;
}

/**
 * The program `domain-xml`, with its arguments (without the program's own name). Gives the exit code: 0, 1 for an
 * error or (check, diff) a finding, 2 for wrong usage. Everything that goes wrong is one line on standard error.
 */
export async function runDomainXml(
  parameters: readonly string[],
  others: OtherCalls,
  given: Terminal = processTerminal(),
): Promise<number> {
  const terminal = inLines(given);
  const argv = parameters.filter(parameter => !isVerbose(parameter));
  if (argv.length < parameters.length) watchSteps(terminal.complain);
  try {
    const asked = askedFor(argv);
    if (asked === '--help') {
      await others.help(argv[0], terminal);
      return 0;
    }
    if (asked === '--version') {
      const { VERSION } = await import('../version.ts');
      terminal.print(`domain-xml ${VERSION} (${host.runtime})\n`);
      return 0;
    }
    return (await rendered(argv, terminal)) ? 0 : await others.run(argv, terminal);
  } catch (error) {
    const status = exitStatusOf(error);
    const usage = status === EXIT_USAGE ? `: ${await usageText(others, argv[0])}` : '';
    terminal.complain(`domain-xml: ${failureText(error)}${usage}`);
    return status;
  }
}

/** Whether it was a plain render, and is done. @throws Refusal */
async function rendered(argv: readonly string[], terminal: Terminal): Promise<boolean> {
  const request = plainRender(argv);
  if (request === undefined) return false;
  try {
    const { runRender } = await import('./run-render.ts');
    await runRender(request, terminal);
    return true;
  } catch (error) {
    if (error instanceof LargerNeeded) return false;
    throw error;
  }
}

/** What every complaint about wrong usage ends with. */
async function usageText(others: OtherCalls, command = ''): Promise<string> {
  return (await others.isCommand(command)) ? `usage: ${usageOf(command)}` : 'see domain-xml --help';
}
