import { usageError } from '../../../words/refusal.ts';
import { commandArguments } from '../../command-arguments.ts';
import { processTerminal } from '../../terminal.ts';
import { look } from './look.ts';
import { GRAPH } from './usage.ts';

/** `graph [-o FILE.svg]`: the same as `list`, drawn. */
export async function runGraph(parameters: readonly string[]): Promise<void> {
  const { output } = await commandArguments(GRAPH, parameters);
  if (output === '') throw usageError(`-o names no file: usage: ${GRAPH.usage}`);
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
