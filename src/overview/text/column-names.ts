/** The columns of a list that can be chosen; the tree is always there. */
export const COLUMN_NAMES = ['size', 'used', 'loop', 'device', 'state', 'users'] as const;
export type ColumnName = (typeof COLUMN_NAMES)[number];
