import type { Reference, TemplateSearch } from '../../domain-xml/which.ts';
import { columnLines } from '../../words/columns.ts';

/** A search as people read it: columns with a header. */
export function searchText({ candidates, references }: TemplateSearch): string {
  const lines = columnLines([
    ['STATE', 'TEMPLATE', 'PATH'],
    ...candidates.map(({ state, template, path }) => [state, template, path]),
  ]);
  if (references.length === 0) return `${lines.join('\n')}\n`;
  const drawnIn = columnLines([
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
