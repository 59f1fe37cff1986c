import { shellWord } from '../../devices/kernel/in-the-way.ts';
import type { Colours } from '../../words/colours.ts';
import { oneLine } from '../../words/printable.ts';
import { halfReverted, unusedNodes } from '../conclusions.ts';
import type { Overview } from '../overview.ts';
import { imageText, userText } from './names.ts';
import { rowsOf } from './rows.ts';
import { tableLines } from './table.ts';
import { widthFunction } from './width.ts';

/** What is said where there is nothing to show. */
const NOTHING = 'No template is in use: device-mapper has no device of block-snapshot.';

/**
 * The overview for people.
 * @param width of the terminal, in columns; undefined where there is no limit
 */
export async function overviewText(
  overview: Overview,
  colours: Colours,
  width: number | undefined,
): Promise<string> {
  const rows = overview.templates.flatMap(rowsOf);
  const widthOf = await widthFunction(rows.flatMap(({ name, users }) => [name, users]));
  const lines = rows.length === 0 ? [NOTHING] : tableLines(rows, { colours, width, widthOf });
  return [...lines, ...sections(overview, colours), ''].join('\n');
}

/** What nobody uses, ready to be copied into the command that takes it down. */
function sections(overview: Overview, colours: Colours): string[] {
  const unused = unusedNodes(overview).map(({ type, node }) => `block-snapshot cleanup ${type} ${node}`);
  const loops = overview.loops
    .filter(loop => loop.unused)
    .map(({ node, file }) => `${node}  ${imageText(file)}`);
  const records = overview.staleRecords.map(
    ({ record, user, device }) => `${oneLine(record)}  ${userText(user)}  ${device}`,
  );
  return [
    ...section('Nobody uses these; this takes them down, with what only they need:', unused, colours),
    ...section(
      'A revert is half-way; this finishes it, and where it cannot be finished --abandon in place of --yes gives it up:',
      halfReverted(overview).map(image => `block-snapshot revert --yes ${shellWord(image)}`),
      colours,
    ),
    ...section('Loop devices that carry nothing:', loops, colours),
    ...section('Records in /run/xen-hotplug of devices that are gone:', records, colours),
  ];
}

function section(title: string, lines: readonly string[], colours: Colours): string[] {
  return lines.length === 0 ? [] : ['', colours.bold(title), ...lines.map(line => `  ${line}`)];
}
