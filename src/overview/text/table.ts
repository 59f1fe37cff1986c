import type { Colours } from '../../words/colours.ts';
import { COLUMN_GAP, columnWidths, padCell } from '../../words/columns.ts';
import { shortenMiddle } from '../../words/shorten.ts';
import type { WidthOf } from '../../words/width.ts';
import type { ColumnName } from './column-names.ts';
import type { Row } from './rows.ts';

/** The tree may be cut to this width, so that lines fit a terminal; below it they wrap. */
const NARROWEST_TREE = 24;

/** And so may the names of who uses it. */
const NARROWEST_USERS = 16;

const TREE_TITLE = 'IMAGE';

interface Column {
  /** What people choose it by. */
  name: ColumnName;
  title: string;
  right?: true;
  text: (row: Row) => string;
  colour?: (row: Row, colours: Colours) => (text: string) => string;
}

/** What is left out first where a terminal is too narrow, if nobody has chosen. */
const SPARED: readonly ColumnName[] = ['loop', 'device', 'size', 'used', 'state'];

/** Lines are laid out with these. */
export interface Layout {
  colours: Colours;
  /** Of the terminal, in columns; undefined where there is no limit. */
  width: number | undefined;
  widthOf: WidthOf;
  /** What follows the tree, in this order; undefined is all that there is room for. */
  chosen?: readonly ColumnName[] | undefined;
}

/** What follows the tree in every line. */
const COLUMNS: readonly Column[] = [
  { name: 'size', title: 'SIZE', right: true, text: row => row.size },
  { name: 'used', title: 'COW USED', right: true, text: row => row.used },
  { name: 'used', title: '', right: true, text: row => row.percent },
  { name: 'loop', title: 'LOOP', text: row => row.loop },
  { name: 'device', title: 'DEVICE', text: row => row.device },
  { name: 'state', title: 'STATE', text: row => row.state, colour: stateColour },
  {
    name: 'users',
    title: 'USED BY',
    text: row => row.users,
    colour: (row, colours) => (row.unused ? colours.magenta : plain),
  },
];

/** Lines with aligned columns, a header first; no line ends with a space. */
export function tableLines(rows: readonly Row[], layout: Layout): string[] {
  const { colours, width, widthOf } = layout;
  const columns = columnsFor(rows, layout);
  const widths = widthsOf(columns, rows, widthOf);
  const others = totalOf(widths);
  // The branches are one column for each character.
  const wanted = rows.reduce(
    (widest, { branches, name }) => Math.max(widest, branches.length + widthOf(name)),
    TREE_TITLE.length,
  );
  const tree = Math.min(wanted, Math.max(NARROWEST_TREE, (width ?? Number.POSITIVE_INFINITY) - others));
  const header = columns.map(({ title, right }, index) =>
    padCell(title, (widths[index] ?? 0) - title.length, right === true),
  );
  const title = TREE_TITLE.padEnd(tree);
  return [
    colours.bold([title, ...header].join(COLUMN_GAP).trimEnd()),
    ...rows.map(row => lineOf(row, columns, tree, widths, layout)),
  ];
}

/** Those that were chosen, or all that a terminal has room for beside the tree. */
function columnsFor(rows: readonly Row[], { chosen, width, widthOf }: Layout): readonly Column[] {
  if (chosen !== undefined) return chosen.flatMap(name => COLUMNS.filter(column => column.name === name));
  let columns = COLUMNS;
  for (const spared of SPARED) {
    if (width === undefined || NARROWEST_TREE + totalOf(widthsOf(columns, rows, widthOf)) <= width) break;
    columns = columns.filter(({ name }) => name !== spared);
  }
  return width === undefined ? columns : withUsersIn(columns, width, rows, widthOf);
}

/** The last column takes what the others leave. */
function withUsersIn(
  columns: readonly Column[],
  width: number,
  rows: readonly Row[],
  widthOf: WidthOf,
): readonly Column[] {
  const others = totalOf(
    widthsOf(
      columns.filter(({ name }) => name !== 'users'),
      rows,
      widthOf,
    ),
  );
  const room = Math.max(NARROWEST_USERS, width - NARROWEST_TREE - others - COLUMN_GAP.length);
  return columns.map(column =>
    column.name === 'users' ? { ...column, text: row => shortenMiddle(row.users, room, widthOf) } : column,
  );
}

function widthsOf(columns: readonly Column[], rows: readonly Row[], widthOf: WidthOf): number[] {
  const titles = columns.map(({ title }) => title);
  return columnWidths([titles, ...rows.map(row => columns.map(({ text }) => text(row)))], widthOf);
}

function totalOf(widths: readonly number[]): number {
  return widths.reduce((sum, column) => sum + COLUMN_GAP.length + column, 0);
}

function lineOf(
  row: Row,
  columns: readonly Column[],
  tree: number,
  widths: readonly number[],
  { colours, widthOf }: Layout,
): string {
  const room = tree - row.branches.length;
  const name = shortenMiddle(row.name, room, widthOf);
  const first = colours.dim(row.branches) + (row.kind === 'template' ? colours.bold(name) : name);
  let end = columns.length;
  while (end > 0 && columns[end - 1]?.text(row) === '') end -= 1;
  if (end === 0) return first;
  const cells = columns.slice(0, end).map(({ text, right, colour }, index) => {
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
