import { setTimeout as pause } from 'node:timers/promises';
import type { Overview } from '../../../overview/overview.ts';
import type { Order } from '../../../overview/select.ts';
import { COLUMN_NAMES, type ColumnName } from '../../../overview/text/column-names.ts';
import { printable } from '../../../words/printable.ts';
import { usageError } from '../../../words/refusal.ts';
import { processTerminal } from '../../terminal.ts';
import { look } from './look.ts';
import { LIST } from './usage.ts';

/** What is asked for. */
interface Wanted {
  template: string | undefined;
  json: boolean;
  columns: readonly ColumnName[] | undefined;
  sort: Order | undefined;
  watch: boolean;
}

const EVERYTHING: Wanted = {
  template: undefined,
  json: false,
  columns: undefined,
  sort: undefined,
  watch: false,
};

/** Milliseconds between two looks of --watch. */
const EVERY = 2000;

/** Clears a terminal, and puts the cursor into its corner. */
const CLEAR = '\u001b[H\u001b[2J';

/** `list`: everything that there is, as a tree for people or as JSON for programs. */
export async function runList(parameters: readonly string[]): Promise<void> {
  const wanted = await readWanted(parameters);
  const terminal = processTerminal();
  if (!wanted.watch) return terminal.print(await listed(wanted));
  if (!terminal.interactive || wanted.json)
    throw usageError(`--watch is for people on a terminal: usage: ${LIST.usage}`);
  for (;;) {
    terminal.print(`${CLEAR}${await listed(wanted)}`);
    await pause(EVERY);
  }
}

async function listed(wanted: Wanted): Promise<string> {
  const overview = await selected(look(), wanted);
  if (wanted.json) return (await import('../../../overview/json.ts')).overviewJson(overview);
  const [{ overviewText }, { coloursFor }] = await Promise.all([
    import('../../../overview/text/overview-text.ts'),
    import('../../../words/colours.ts'),
  ]);
  const { interactive } = processTerminal();
  const width = interactive ? process.stdout.columns : undefined;
  return overviewText(overview, coloursFor(interactive, process.env), width, wanted.columns);
}

async function selected(overview: Overview, { template, sort }: Wanted): Promise<Overview> {
  if (template === undefined && sort === undefined) return overview;
  const { ofTemplate, sorted } = await import('../../../overview/select.ts');
  const some = template === undefined ? overview : ofTemplate(overview, await keyOf(template));
  return sort === undefined ? some : sorted(some, sort);
}

/** @throws Refusal for what cannot be a template, or is not there */
async function keyOf(template: string) {
  const { findTemplate, templateFiles } = await import('../../../templates/template-files.ts');
  return findTemplate(templateFiles(template)).image.key;
}

/** The two common calls are read without yargs, which costs more to load than the devices to look at. */
async function readWanted(parameters: readonly string[]): Promise<Wanted> {
  if (parameters.length === 0) return EVERYTHING;
  if (parameters.length === 1 && parameters[0] === '--json') return { ...EVERYTHING, json: true };
  const { commandArguments } = await import('../../command-arguments.ts');
  const { _: operands, json, columns, sort, watch } = await commandArguments(LIST, parameters);
  const [template] = operands.map(String);
  return { template, json, columns: readColumns(columns), sort, watch };
}

function readColumns(text: string | undefined): ColumnName[] | undefined {
  return text?.split(',').map(word => {
    const name = COLUMN_NAMES.find(column => column === word);
    if (name === undefined)
      throw usageError(
        `--columns ${printable(word)}: there are ${COLUMN_NAMES.join(', ')}: usage: ${LIST.usage}`,
      );
    return name;
  });
}
