import type { Colours } from './colours.ts';
import type { Row } from './rows.ts';
import { shortenMiddle } from './shorten.ts';
import { widthOf } from './width.ts';

/** The tree may be cut to this width, so that lines fit a terminal; below it they wrap. */
const NARROWEST_TREE = 24;

const GAP = '  ';

interface Column {
  title: string;
  right?: true;
  text: (row: Row) => string;
  colour?: (row: Row, colours: Colours) => (text: string) => string;
}

/** What follows the tree in every line. */
const COLUMNS: readonly Column[] = [
  { title: 'SIZE', right: true, text: row => row.size },
  { title: 'COW USED', right: true, text: row => row.used },
  { title: '', right: true, text: row => row.percent },
  { title: 'LOOP', text: row => row.loop },
  { title: 'DEVICE', text: row => row.device },
  { title: 'STATE', text: row => row.state, colour: stateColour },
  {
    title: 'USED BY',
    text: row => row.users,
    colour: (row, colours) => (row.unused ? colours.magenta : plain),
  },
];

/**
 * Lines with aligned columns, a header first; no line ends with a space.
 * @param width of the terminal, in columns; undefined where there is no limit
 */
export function tableLines(rows: readonly Row[], colours: Colours, width: number | undefined): string[] {
  const widths = COLUMNS.map(({ title, text }) =>
    Math.max(widthOf(title), ...rows.map(row => widthOf(text(row)))),
  );
  const others = widths.reduce((sum, column) => sum + GAP.length + column, 0);
  const wanted = Math.max(widthOf('IMAGE'), ...rows.map(row => widthOf(row.branches + row.name)));
  const tree = Math.min(wanted, Math.max(NARROWEST_TREE, (width ?? Infinity) - others));
  const header = joined(
    pad('IMAGE', tree),
    COLUMNS.map(({ title, right }, index) => pad(title, widths[index] ?? 0, right)),
  );
  return [colours.bold(header), ...rows.map(row => line(row, tree, widths, colours))];
}

function line(row: Row, tree: number, widths: readonly number[], colours: Colours): string {
  const name = shortenMiddle(row.name, tree - widthOf(row.branches), widthOf);
  const padding = ' '.repeat(Math.max(0, tree - widthOf(row.branches + name)));
  const paint = row.kind === 'template' ? colours.bold : plain;
  let end = COLUMNS.length;
  while (end > 0 && COLUMNS[end - 1]?.text(row) === '') end -= 1;
  const cells = COLUMNS.slice(0, end).map(({ text, right, colour }, index) => {
    const cell = text(row);
    const painted = cell === '' || colour === undefined ? cell : colour(row, colours)(cell);
    const last = index === end - 1 && right === undefined;
    return last ? painted : padPainted(cell, painted, widths[index] ?? 0, right);
  });
  const first = colours.dim(row.branches) + paint(name);
  return end === 0 ? first : joined(first + padding, cells);
}

function joined(first: string, cells: readonly string[]): string {
  return [first, ...cells].join(GAP).trimEnd();
}

function pad(text: string, width: number, right?: true): string {
  return padPainted(text, text, width, right);
}

/** Escape sequences take no room: the width is that of the text without them. */
function padPainted(text: string, painted: string, width: number, right?: true): string {
  const padding = ' '.repeat(Math.max(0, width - widthOf(text)));
  return right ? padding + painted : painted + padding;
}

function plain(text: string): string {
  return text;
}

function stateColour(row: Row, colours: Colours): (text: string) => string {
  switch (row.kind) {
    case 'broken':
      return colours.red;
    case 'outdated':
      return colours.yellow;
    case 'odd':
      return colours.cyan;
    default:
      return colours.green;
  }
}
