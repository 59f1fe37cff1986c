import { raise } from '../../errors.ts';
import { spend } from '../budget.ts';
import { trimPython } from '../conversions.ts';
import { characters } from '../iteration.ts';

export interface WrapOptions {
  width: number;
  breakLong: boolean;
  onHyphens: boolean;
}

// The chunks that Python's textwrap breaks at: runs of blanks, dashes, hyphenated parts of words, words.
const BLANK = '[\\t\\n\\x0b\\x0c\\r ]';
const NOT_BLANK = '[^\\t\\n\\x0b\\x0c\\r ]';
const PUNCTUATED = '[\\p{L}\\p{N}_!"\'&.,?]';
const LETTER = '[\\p{L}_]';
let hyphenated: RegExp | undefined;

/** Made when it is asked for: the renderer's engine takes longer for it than for a tenth of a rendering. */
function hyphenatedWords(): RegExp {
  hyphenated ??= new RegExp(
    `(${BLANK}+|(?<=${PUNCTUATED})-{2,}(?=[\\p{L}\\p{N}_])|${NOT_BLANK}+?(?:-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${LETTER}-))(?=${LETTER}-?${LETTER})|(?=${BLANK}|$)|(?<=${PUNCTUATED})(?=-{2,}[\\p{L}\\p{N}_])))`,
    'u',
  );
  return hyphenated;
}

const WORDS = new RegExp(`(${BLANK}+)`, 'u');

/** Python's `textwrap.wrap(text, …, expand_tabs=False, replace_whitespace=False)`. */
export function wrapText(text: string, options: WrapOptions): string[] {
  const { width } = options;
  if (width <= 0) return raise('ValueError', `invalid width ${width} (must be > 0)`);
  const chunks = text
    .split(options.onHyphens ? hyphenatedWords() : WORDS)
    .filter(chunk => chunk !== '')
    .reverse();
  const lines: string[] = [];
  while (chunks.length > 0) {
    spend(4);
    const line: string[] = [];
    let length = 0;
    if (lines.length > 0 && isBlank(chunks.at(-1))) chunks.pop();
    for (let chunk = chunks.at(-1); chunk !== undefined; chunk = chunks.at(-1)) {
      const size = characters(chunk).length;
      if (length + size > width) break;
      line.push(chunk);
      chunks.pop();
      length += size;
    }
    const next = chunks.at(-1);
    if (next !== undefined && characters(next).length > width)
      breakLongWord(chunks, line, width - length, options);
    if (isBlank(line.at(-1))) line.pop();
    if (line.length > 0) lines.push(line.join(''));
  }
  return lines;
}

function breakLongWord(chunks: string[], line: string[], room: number, options: WrapOptions): void {
  const space = options.width < 1 ? 1 : room;
  const word = chunks.at(-1) ?? '';
  const units = characters(word);
  if (options.breakLong) {
    let end = space;
    if (options.onHyphens && units.length > space) {
      const hyphen = units.lastIndexOf('-', space - 1);
      if (hyphen > 0 && space > 0 && units.slice(0, hyphen).some(unit => unit !== '-')) end = hyphen + 1;
    }
    line.push(units.slice(0, end).join(''));
    chunks[chunks.length - 1] = units.slice(end).join('');
  } else if (line.length === 0) {
    line.push(chunks.pop() ?? '');
  }
}

function isBlank(chunk: string | undefined): boolean {
  return chunk !== undefined && trimPython(chunk) === '';
}
