import { failureText } from '../../words/failure-text.ts';
import { EXIT_USAGE, exitStatusOf } from '../../words/refusal.ts';
import { watchSteps } from '../../words/steps.ts';
import { askedFor, isVerbose } from '../asked-for.ts';
import { inLines, processTerminal, type Terminal } from '../terminal.ts';
import { plainRender } from './plain-render.ts';
import { usageOf } from './usage.ts';

/**
 * The program `domain-xml`, with its arguments (without the program's own name). Gives the exit code: 0, 1 for an
 * error or (check, diff) a finding, 2 for wrong usage. Everything that goes wrong is one line on standard error.
 */
export async function runDomainXml(
  parameters: readonly string[],
  given: Terminal = processTerminal(),
): Promise<number> {
  const terminal = inLines(given);
  const argv = parameters.filter(parameter => !isVerbose(parameter));
  if (argv.length < parameters.length) watchSteps(terminal.complain);
  try {
    const asked = askedFor(argv);
    if (asked === '--help') {
      const { domainXmlHelp } = await import('../manual/domain-xml.ts');
      terminal.print(`${domainXmlHelp(argv[0])}\n`);
      return 0;
    }
    if (asked === '--version') {
      const { VERSION } = await import('../version.ts');
      terminal.print(`domain-xml ${VERSION}\n`);
      return 0;
    }
    const request = plainRender(argv);
    if (request !== undefined) {
      const { runRender } = await import('./run-render.ts');
      await runRender(request, terminal);
      return 0;
    }
    const { runCommands } = await import('./commands.ts');
    return await runCommands(argv, terminal);
  } catch (error) {
    const status = exitStatusOf(error);
    const usage = status === EXIT_USAGE ? `: ${await usageText(argv[0])}` : '';
    terminal.complain(`domain-xml: ${failureText(error)}${usage}`);
    return status;
  }
}

/** What every complaint about wrong usage ends with. */
async function usageText(command = ''): Promise<string> {
  const { COMMANDS } = await import('./commands.ts');
  return Object.hasOwn(COMMANDS, command) ? `usage: ${usageOf(command)}` : 'see domain-xml --help';
}
