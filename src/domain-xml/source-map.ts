/** A line of a template. */
export interface TemplateLine {
  /** The file's path. */
  path: string;
  line: number;
}

// Private-use characters (plane 16): nothing that a template prints, and none of Python's methods changes them.
const FIRST_MARK = 0x100000;
const MARKS = /[\u{100000}-\u{10FFFD}]/gu;
const MOST_MARKS = 0xfffe;

/**
 * Finds the template's line that a place of the output comes from. Every template is rendered once more with a mark
 * at the beginning of each line's text; where the output is the same but for the marks, they say where it came from.
 */
export class SourceMarks {
  readonly #lines: TemplateLine[] = [];

  /** The template's text with a mark before the first visible character of each line that prints something. */
  mark(source: string, path: string): string {
    let marked = '';
    let line = 1;
    let lineStart = true;
    for (const { text, prints } of pieces(source)) {
      if (prints !== 'as it stands') {
        if (prints === 'value' && lineStart) marked += this.#newMark(path, line);
        marked += text;
        line += count(text);
        lineStart = false;
        continue;
      }
      for (const [index, part] of text.split('\n').entries()) {
        if (index > 0) {
          marked += '\n';
          line += 1;
          lineStart = true;
        }
        const visible = part.search(/\S/);
        if (visible < 0) {
          marked += part;
          continue;
        }
        // A tag may stand before it on its line: that is no reason not to mark it.
        marked += part.slice(0, visible) + this.#newMark(path, line) + part.slice(visible);
        lineStart = false;
      }
    }
    return marked;
  }

  /** The map of an output with marks, or undefined if without them it is not the output that was wanted. */
  mapOf(marked: string, output: string): SourceMap | undefined {
    if (marked.replace(MARKS, '') !== output) return undefined;
    const places: Place[] = [];
    let removed = 0;
    for (const match of marked.matchAll(MARKS)) {
      const origin = this.#lines[(match[0].codePointAt(0) ?? 0) - FIRST_MARK];
      if (origin !== undefined) places.push({ offset: match.index - removed, origin });
      removed += match[0].length;
    }
    return new SourceMap(output, places);
  }

  #newMark(path: string, line: number): string {
    if (this.#lines.length >= MOST_MARKS) return '';
    this.#lines.push({ path, line });
    return String.fromCodePoint(FIRST_MARK + this.#lines.length - 1);
  }
}

interface Place {
  offset: number;
  origin: TemplateLine;
}

export class SourceMap {
  readonly #lineOffsets: number[] = [0];
  readonly #places: readonly Place[];

  constructor(output: string, places: readonly Place[]) {
    this.#places = places;
    for (const match of output.matchAll(/\n/g)) this.#lineOffsets.push(match.index + 1);
  }

  /**
   * Where the output at that line and column (from 1) comes from; a column beyond the line is its end. Undefined before
   * the first text of a template.
   */
  originOf(line: number, column: number): TemplateLine | undefined {
    const start = this.#lineOffsets[line - 1] ?? 0;
    const end = (this.#lineOffsets[line] ?? Number.POSITIVE_INFINITY) - 1;
    const offset = Math.min(start + column - 1, end);
    return this.#places.findLast(place => place.offset <= offset)?.origin;
  }
}

interface Piece {
  text: string;
  prints: 'as it stands' | 'value' | 'nothing';
}

/** A template as what it prints as it stands, and its tags. Whitespace control and raw blocks stay in the tags. */
function* pieces(source: string): Generator<Piece> {
  const opening = /\{[{%#]/g;
  let position = 0;
  for (let match = opening.exec(source); match !== null; match = opening.exec(source)) {
    if (match.index > position) yield { text: source.slice(position, match.index), prints: 'as it stands' };
    const end = endOfTag(source, match.index, match[0]);
    const text = source.slice(match.index, end);
    yield { text, prints: match[0] === '{{' && text[2] !== '-' ? 'value' : 'nothing' };
    position = end;
    opening.lastIndex = end;
  }
  if (position < source.length) yield { text: source.slice(position), prints: 'as it stands' };
}

function endOfTag(source: string, start: number, kind: string): number {
  if (kind === '{#') return after(source, '#}', start + 2);
  const raw = /^\{%[-+]?\s*raw\s*[-+]?%\}/.exec(source.slice(start, start + 100));
  if (raw !== null) {
    const end = /\{%[-+]?\s*endraw\s*[-+]?%\}/g;
    end.lastIndex = start;
    return end.exec(source) === null ? source.length : end.lastIndex;
  }
  const closing = kind === '{{' ? '}}' : '%}';
  // Strings, and brackets that belong together, may hold what looks like the end.
  const token = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[([{]|[)\]}%]/gs;
  token.lastIndex = start + 2;
  let depth = 0;
  for (let match = token.exec(source); match !== null; match = token.exec(source)) {
    if (depth === 0 && source.startsWith(closing, match.index)) return match.index + 2;
    if (/^[([{]/.test(match[0])) depth += 1;
    else if (/^[)\]}]/.test(match[0])) depth = Math.max(0, depth - 1);
  }
  return source.length;
}

function after(source: string, text: string, from: number): number {
  const index = source.indexOf(text, from);
  return index < 0 ? source.length : index + text.length;
}

function count(text: string): number {
  return text.split('\n').length - 1;
}
