import { failureText } from '../../words/failure-text.ts';
import { EXIT_USAGE, exitStatusOf } from '../../words/refusal.ts';
import { inLines, processTerminal, type Terminal } from '../terminal.ts';
import { plainRender } from './plain-render.ts';

/**
 * The program `domain-xml`, with its arguments (without the program's own name). Gives the exit code: 0, 1 for an
 * error or (check, diff) a finding, 2 for wrong usage. Everything that goes wrong is one line on standard error.
 */
export async function runDomainXml(
  argv: readonly string[],
  given: Terminal = processTerminal(),
): Promise<number> {
  const terminal = inLines(given);
  try {
    if (argv[0] === '--version') {
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
    terminal.complain(
      `domain-xml: ${failureText(error)}${status === EXIT_USAGE ? ' (see domain-xml --help)' : ''}`,
    );
    return status;
  }
}
