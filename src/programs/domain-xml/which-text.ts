import type { Reference, TemplateSearch } from '../../domain-xml/which.ts';

/** A search as people read it: columns with a header. */
export function searchText({ candidates, references }: TemplateSearch): string {
  const lines = columns([
    ['STATE', 'TEMPLATE', 'PATH'],
    ...candidates.map(({ state, template, path }) => [state, template, path]),
  ]);
  if (references.length === 0) return `${lines.join('\n')}\n`;
  const drawnIn = columns([
    ['FROM', 'RELATION', 'TEMPLATE', 'PATH'],
    ...references.map(reference => [
      reference.from,
      reference.relation,
      reference.template ?? '(computed)',
      place(reference),
    ]),
  ]);
  return `${[...lines, '', ...drawnIn].join('\n')}\n`;
}

function place({ template, path }: Reference): string {
  if (path !== null) return path;
  return template === null ? '-' : 'missing';
}

function columns(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
