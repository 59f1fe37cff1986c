import { usageError } from '../../devices/answer/refusal.ts';
import { processTerminal } from '../domain-xml/terminal.ts';
import { readOptions } from './arguments.ts';
import { look } from './look.ts';
import { GRAPH_USAGE } from './usage.ts';

/** `graph [-o FILE.svg]`: the same as `list`, drawn. */
export async function runGraph(parameters: readonly string[]): Promise<void> {
  const options = await readOptions(
    GRAPH_USAGE,
    'Draws every template with its versions, what lies on them and who uses it, as an SVG picture.',
    {
      output: {
        type: 'string',
        alias: 'o',
        requiresArg: true,
        describe: 'Write to this file instead of standard output',
      },
    } as const,
    parameters,
  );
  if (options === undefined) return;
  const output = requireSingle(options.output);
  const overview = look();
  const { overviewSvg } = await import('../../overview/graph/overview-svg.ts');
  const picture = overviewSvg(overview);
  if (output === undefined || output === '-') {
    processTerminal().print(picture);
    return;
  }
  const { writeOutput } = await import('../../domain-xml/output.ts');
  writeOutput(output, picture);
}

/** yargs gives an array where an option is given more than once. */
function requireSingle(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw usageError(`-o is given more than once: usage: ${GRAPH_USAGE}`);
  if (value === '') throw usageError(`-o names no file: usage: ${GRAPH_USAGE}`);
  return value;
}
