import type { WidthOf } from './width.ts';

/** What stands between two columns. */
export const COLUMN_GAP = '  ';

/** How a table is laid out. */
export interface ColumnLayout {
  /** The columns whose cells end at the same place, as numbers do, which are compared by their last digit. */
  right?: readonly number[];
  /** How wide a text is; without it, its length. */
  widthOf?: WidthOf;
}

/**
 * Lines with aligned columns, one for each row, in the rows' order; no line ends with a space.
 * @param rows the cells of each row, the header as well, all rows with the same columns
 */
export function columnLines(
  rows: readonly (readonly string[])[],
  { right = [], widthOf = text => text.length }: ColumnLayout = {},
): string[] {
  const widths = columnWidths(rows, widthOf);
  return rows.map(row =>
    row
      .map((cell, column) => padCell(cell, (widths[column] ?? 0) - widthOf(cell), right.includes(column)))
      .join(COLUMN_GAP)
      .trimEnd(),
  );
}

/** How wide each column is: its widest cell. */
export function columnWidths(rows: readonly (readonly string[])[], widthOf: WidthOf): number[] {
  return (rows[0] ?? []).map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? '')), 0),
  );
}

/** A cell with so many spaces after it, or before it where its column is aligned to the right. */
export function padCell(cell: string, spaces: number, right: boolean): string {
  const padding = ' '.repeat(Math.max(0, spaces));
  return right ? padding + cell : cell + padding;
}
