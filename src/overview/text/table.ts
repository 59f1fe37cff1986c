import type { Colours } from '../../words/colours.ts';
import { COLUMN_GAP, columnWidths, padCell } from '../../words/columns.ts';
import { shortenMiddle } from '../../words/shorten.ts';
import type { WidthOf } from '../../words/width.ts';
import type { Row } from './rows.ts';

/** The tree may be cut to this width, so that lines fit a terminal; below it they wrap. */
const NARROWEST_TREE = 24;

const TREE_TITLE = 'IMAGE';

interface Column {
  title: string;
  right?: true;
  text: (row: Row) => string;
  colour?: (row: Row, colours: Colours) => (text: string) => string;
}

/** Lines are laid out with these. */
export interface Layout {
  colours: Colours;
  /** Of the terminal, in columns; undefined where there is no limit. */
  width: number | undefined;
  widthOf: WidthOf;
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

/** Lines with aligned columns, a header first; no line ends with a space. */
export function tableLines(rows: readonly Row[], layout: Layout): string[] {
  const { colours, width, widthOf } = layout;
  const titles = COLUMNS.map(({ title }) => title);
  const widths = columnWidths([titles, ...rows.map(row => COLUMNS.map(({ text }) => text(row)))], widthOf);
  const others = widths.reduce((sum, column) => sum + COLUMN_GAP.length + column, 0);
  // The branches are one column for each character.
  const wanted = rows.reduce(
    (widest, { branches, name }) => Math.max(widest, branches.length + widthOf(name)),
    TREE_TITLE.length,
  );
  const tree = Math.min(wanted, Math.max(NARROWEST_TREE, (width ?? Number.POSITIVE_INFINITY) - others));
  const header = COLUMNS.map(({ title, right }, index) =>
    padCell(title, (widths[index] ?? 0) - title.length, right === true),
  );
  const title = TREE_TITLE.padEnd(tree);
  return [
    colours.bold([title, ...header].join(COLUMN_GAP).trimEnd()),
    ...rows.map(row => lineOf(row, tree, widths, layout)),
  ];
}

function lineOf(row: Row, tree: number, widths: readonly number[], { colours, widthOf }: Layout): string {
  const room = tree - row.branches.length;
  const name = shortenMiddle(row.name, room, widthOf);
  const first = colours.dim(row.branches) + (row.kind === 'template' ? colours.bold(name) : name);
  let end = COLUMNS.length;
  while (end > 0 && COLUMNS[end - 1]?.text(row) === '') end -= 1;
  if (end === 0) return first;
  const cells = COLUMNS.slice(0, end).map(({ text, right, colour }, index) => {
    const cell = text(row);
    const painted = cell === '' || colour === undefined ? cell : colour(row, colours)(cell);
    const left = index === end - 1 && right === undefined ? 0 : (widths[index] ?? 0) - widthOf(cell);
    return padCell(painted, left, right === true);
  });
  return [padCell(first, room - widthOf(name), false), ...cells].join(COLUMN_GAP);
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
