import { fill } from '../../words/fill.ts';

/** What a section of a manual page is made of. */
export type Block =
  /** A paragraph. */
  | string
  | { heading: string }
  /** Lines as they stand. */
  | { literal: string }
  /** A word, or an option, and what is said of it. */
  | { term: string; text: string }
  /** How something is called. */
  | { usage: string };

export interface Page {
  name: string;
  /** Other names of the same, each with a page of its own. */
  aliases?: readonly string[];
  section: 5 | 7 | 8;
  /** One line. */
  summary: string;
  sections: readonly { title: string; blocks: readonly Block[] }[];
}

/** Columns of a line of the file itself. */
const WIDTH = 78;

/**
 * A manual page for man, in the macros of man(7).
 * @param date of what it says, as 2026-11-30
 */
export function manPage(
  { name, aliases = [], section, summary, sections }: Page,
  version: string,
  date: string,
): string {
  const lines = [
    `.TH ${quoted(name.toUpperCase())} ${section} "${date}" ${quoted(`block-snapshot ${version}`)}`,
    // Words are not broken: most are names.
    '.nh',
    '.ad l',
    '.SH NAME',
    ...fill(`${[name, ...aliases].map(escaped).join(', ')} \\- ${escaped(summary)}`, WIDTH),
    ...sections.flatMap(({ title, blocks }) => [`.SH ${quoted(title)}`, ...blocks.flatMap(blockLines)]),
  ];
  // A paragraph directly behind a heading is one without being told so.
  const kept = lines.filter((line, index) => line !== '.PP' || !/^\.S[HS] /.test(lines[index - 1] ?? ''));
  return `${kept.join('\n')}\n`;
}

function blockLines(block: Block): string[] {
  if (typeof block === 'string') return ['.PP', ...textLines(block)];
  if ('heading' in block) return [`.SS ${quoted(block.heading)}`];
  if ('literal' in block) return ['.PP', '.nf', '.RS 4', ...literalLines(block.literal), '.RE', '.fi'];
  if ('usage' in block) return ['.HP', marked(block.usage)];
  return ['.TP', marked(block.term), ...textLines(block.text)];
}

function literalLines(text: string): string[] {
  return text.split('\n').map(line => guarded(escaped(line)));
}

/** A paragraph: code and options stand out. */
function textLines(text: string): string[] {
  const parts = text.split(/(`[^`]+`|(?<![\w-])--?[a-z][a-z-]*\b)/);
  const line = parts
    .map((part, index) => (index % 2 === 0 ? escaped(part) : `\\fB${escaped(part.replaceAll('`', ''))}\\fR`))
    .join('');
  return fill(line, WIDTH).map(guarded);
}

/** How something is called: what is typed as it stands is bold, what stands for something else is not. */
function marked(usage: string): string {
  return usage
    .split(/([A-Z][A-Z0-9_.]*[A-Za-z0-9_.]*|[^A-Z\s[\]|]+)/)
    .map((part, index) => {
      if (index % 2 === 0) return escaped(part);
      return /^[A-Z]/.test(part) ? `\\fI${escaped(part)}\\fR` : `\\fB${escaped(part)}\\fR`;
    })
    .join('');
}

/** As troff takes it for itself: no hyphen becomes a dash that nobody can type, no quote a typographic one. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('…', '...');
}

/** A line that begins with what troff takes for a request. */
function guarded(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', '\\(dq')}"`;
}
