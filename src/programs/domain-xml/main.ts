import { DomainXmlError, UsageError } from '../../domain-xml/error.ts';
import { processTerminal, type Terminal } from '../terminal.ts';
import { plainRender } from './plain-render.ts';

/**
 * The program `domain-xml`, with its arguments (without the program's own name). Gives the exit code: 0, 1 for an
 * error or (check, diff) a finding, 2 for wrong usage. Everything that goes wrong is one line on standard error.
 */
export async function runDomainXml(
  argv: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<number> {
  try {
    const request = plainRender(argv);
    if (request !== null) {
      const { runRender } = await import('./run-render.ts');
      await runRender(request, terminal);
      return 0;
    }
    const { runCommands } = await import('./commands.ts');
    return await runCommands(argv, terminal);
  } catch (error) {
    terminal.complain(`domain-xml: ${describe(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function describe(error: unknown): string {
  if (error instanceof UsageError) return `${oneLine(error.message)} (see domain-xml --help)`;
  if (error instanceof DomainXmlError) return oneLine(error.message);
  return `internal error: ${oneLine(error instanceof Error ? error.message : String(error))}`;
}

/** Names and values from outside may hold anything; a terminal gets one line, and no control characters. */
function oneLine(message: string): string {
  return message.replace(/\s*\n\s*/g, ' ').replace(/\p{Cc}/gu, '?');
}
