import { processTerminal } from '../../terminal.ts';
import { look } from './look.ts';
import { LIST } from './usage.ts';

/** `list [--json]`: everything that there is, as a tree for people or as JSON for programs. */
export async function runList(parameters: readonly string[]): Promise<void> {
  const json = await wantsJson(parameters);
  const overview = look();
  const terminal = processTerminal();
  const columns = terminal.interactive ? process.stdout.columns : undefined;
  if (json) {
    const { overviewJson } = await import('../../../overview/json.ts');
    terminal.print(overviewJson(overview));
    return;
  }
  const [{ overviewText }, { coloursFor }] = await Promise.all([
    import('../../../overview/text/overview-text.ts'),
    import('../../../words/colours.ts'),
  ]);
  terminal.print(await overviewText(overview, coloursFor(terminal.interactive, process.env), columns));
}

/** The two common calls are read without yargs, which costs more to load than the devices to look at. */
async function wantsJson(parameters: readonly string[]): Promise<boolean> {
  if (parameters.length === 0) return false;
  if (parameters.length === 1 && parameters[0] === '--json') return true;
  const { commandArguments } = await import('../../command-arguments.ts');
  return (await commandArguments(LIST, parameters)).json;
}
