import { usageError } from '../../../words/refusal.ts';
import { commandArguments } from '../../command-arguments.ts';
import { processTerminal } from '../../terminal.ts';
import { look } from './look.ts';
import { GRAPH_USAGE } from './usage.ts';

/** `graph [-o FILE.svg]`: the same as `list`, drawn. */
export async function runGraph(parameters: readonly string[]): Promise<void> {
  const options = await commandArguments(
    {
      usage: GRAPH_USAGE,
      about: 'Draws every template with its versions, what lies on them and who uses it, as an SVG picture.',
      options: {
        output: {
          type: 'string',
          alias: 'o',
          requiresArg: true,
          describe: 'Write to this file instead of standard output',
        },
      } as const,
    },
    parameters,
  );
  if (options === undefined) return;
  const { output } = options;
  if (output === '') throw usageError(`-o names no file: usage: ${GRAPH_USAGE}`);
  const overview = look();
  const { overviewSvg } = await import('../../../overview/graph/overview-svg.ts');
  const picture = overviewSvg(overview);
  if (output === undefined || output === '-') {
    processTerminal().print(picture);
    return;
  }
  const { writeOutput } = await import('../../../domain-xml/output.ts');
  writeOutput(output, picture);
}
