import { raise } from '../errors.ts';
import { spendText } from './budget.ts';
import { PYTHON_WHITESPACE } from './conversions.ts';
import { characters, hasSurrogates, textLength } from './iteration.ts';

/** Python's str operations on plain text; positions count code points. */

const WHITESPACE_RUN = new RegExp(`[${PYTHON_WHITESPACE}]+`, 'g');
// Python counts more characters as line ends than JavaScript does.
const LINE_ENDS = '\\n\\v\\f\\r\\x1c-\\x1e\\x85\\u2028\\u2029';
const LINE_BREAK = new RegExp(`\\r\\n|[${LINE_ENDS}]`, 'g');
const CASED = /\p{Cased}/u;

export function upper(text: string): string {
  return text.toUpperCase();
}

export function lower(text: string): string {
  return text.toLowerCase();
}

export function capitalize(text: string): string {
  const [first = ''] = characters(text);
  return titleCase(first) + text.slice(first.length).toLowerCase();
}

// The few letters with a title case of their own (ǆ → ǅ) and those that upper-case to several (ß → Ss).
function titleCase(character: string): string {
  const whole = character.toUpperCase();
  if (/^[ǄǅǆǇǈǉǊǋǌǱǲǳ]$/.test(character)) {
    const index = 'ǄǅǆǇǈǉǊǋǌǱǲǳ'.indexOf(character);
    return 'ǅǈǋǲ'[Math.floor(index / 3)] ?? whole;
  }
  const units = characters(whole);
  return units.length > 1 ? units[0] + units.slice(1).join('').toLowerCase() : whole;
}

export function title(text: string): string {
  let previousCased = false;
  let result = '';
  for (const character of characters(text)) {
    result += previousCased ? character.toLowerCase() : titleCase(character);
    previousCased = CASED.test(character);
  }
  return result;
}

export function swapCase(text: string): string {
  return characters(text)
    .map(character => (/\p{Lu}/u.test(character) ? character.toLowerCase() : character.toUpperCase()))
    .join('');
}

export function split(text: string, separator: string | null, limit: number): string[] {
  if (separator === '') return raise('ValueError', 'empty separator');
  const parts: string[] = [];
  if (separator !== null) {
    let start = 0;
    for (let at = text.indexOf(separator); at >= 0 && (limit < 0 || parts.length < limit); ) {
      parts.push(text.slice(start, at));
      start = at + separator.length;
      at = text.indexOf(separator, start);
    }
    return [...parts, text.slice(start)];
  }
  let start = 0;
  for (const gap of text.matchAll(WHITESPACE_RUN)) {
    if (gap.index > start) {
      if (limit >= 0 && parts.length >= limit) return [...parts, text.slice(start)];
      parts.push(text.slice(start, gap.index));
    }
    start = gap.index + gap[0].length;
  }
  return start < text.length ? [...parts, text.slice(start)] : parts;
}

export function splitFromRight(text: string, separator: string | null, limit: number): string[] {
  if (limit < 0) return split(text, separator, limit);
  if (separator === '') return raise('ValueError', 'empty separator');
  const parts: string[] = [];
  let end = text.length;
  if (separator !== null) {
    while (parts.length < limit) {
      const at = end - separator.length < 0 ? -1 : text.lastIndexOf(separator, end - separator.length);
      if (at < 0) break;
      parts.unshift(text.slice(at + separator.length, end));
      end = at;
    }
    return [text.slice(0, end), ...parts];
  }
  const rest = strip(text, null, 'right');
  end = rest.length;
  while (parts.length < limit && end > 0) {
    const match = new RegExp(`[^${PYTHON_WHITESPACE}]+$`).exec(rest.slice(0, end));
    if (match === null) break;
    parts.unshift(match[0]);
    end = strip(rest.slice(0, match.index), null, 'right').length;
  }
  return end > 0 ? [rest.slice(0, end), ...parts] : parts;
}

export function splitLines(text: string, keepEnds = false): string[] {
  const lines: string[] = [];
  let start = 0;
  for (const match of text.matchAll(LINE_BREAK)) {
    const end = match.index + match[0].length;
    lines.push(text.slice(start, keepEnds ? end : match.index));
    start = end;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

export function strip(text: string, set: string | null, side: 'left' | 'right' | 'both'): string {
  if (set === null) return stripWhitespace(text, side);
  const units = characters(text);
  const drop = (unit: string) => unit !== '' && set.includes(unit);
  let start = 0;
  let end = units.length;
  if (side !== 'right') while (start < end && drop(units[start] as string)) start += 1;
  if (side !== 'left') while (end > start && drop(units[end - 1] as string)) end -= 1;
  return units.slice(start, end).join('');
}

// No whitespace takes more than one unit of UTF-16.
function stripWhitespace(text: string, side: 'left' | 'right' | 'both'): string {
  let start = 0;
  let end = text.length;
  if (side !== 'right') while (start < end && isWhitespaceUnit(text.charCodeAt(start))) start += 1;
  if (side !== 'left') while (end > start && isWhitespaceUnit(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const ONE_WHITESPACE = new RegExp(`^[${PYTHON_WHITESPACE}]$`);

export function isWhitespace(character: string): boolean {
  return character.length === 1 && isWhitespaceUnit(character.charCodeAt(0));
}

/** What most units are is told by itself: asking the rule takes longer. */
function isWhitespaceUnit(unit: number): boolean {
  if (unit === 0x20 || unit === 0x0a) return true;
  return !(unit > 0x20 && unit < 0x7f) && ONE_WHITESPACE.test(String.fromCharCode(unit));
}

export function replace(text: string, old: string, by: string, count: number): string {
  if (count === 0) return text;
  if (old === '') {
    const units = characters(text);
    const limit = count < 0 ? units.length + 1 : Math.min(count, units.length + 1);
    let result = '';
    for (let index = 0; index <= units.length; index++) {
      if (index < limit) result += by;
      result += units[index] ?? '';
    }
    return result;
  }
  const parts = split(text, old, count);
  spendText(text.length + parts.length * by.length);
  return parts.join(by);
}

export function justify(text: string, width: number, fill: string, side: 'left' | 'right'): string {
  const missing = Math.max(0, width - textLength(text));
  spendText(missing);
  return side === 'left' ? text + fill.repeat(missing) : fill.repeat(missing) + text;
}

export function center(text: string, width: number, fill: string): string {
  const missing = width - textLength(text);
  if (missing <= 0) return text;
  spendText(missing);
  const left = Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

export function zeroFill(text: string, width: number): string {
  const missing = Math.max(0, width - textLength(text));
  spendText(missing);
  const sign = text.startsWith('+') || text.startsWith('-') ? text.charAt(0) : '';
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}

export function expandTabs(text: string, size: number): string {
  let column = 0;
  let result = '';
  for (const character of characters(text)) {
    if (character === '\t') {
      const width = size > 0 ? size - (column % size) : 0;
      result += ' '.repeat(width);
      column += width;
    } else {
      result += character;
      column = character === '\n' || character === '\r' ? 0 : column + 1;
    }
  }
  return result;
}

/** The part between two positions, and its start in code points. */
export function section(text: string, start: number, stop: number): { part: string; start: number } | null {
  const units = hasSurrogates(text) ? characters(text) : null;
  const length = units?.length ?? text.length;
  const from = Math.max(0, start < 0 ? start + length : start);
  const to = Math.min(length, Math.max(0, stop < 0 ? stop + length : stop));
  if (from > to || from > length) return null;
  return { part: units === null ? text.slice(from, to) : units.slice(from, to).join(''), start: from };
}

export function countOccurrences(text: string, part: string): number {
  if (part === '') return textLength(text) + 1;
  return text.split(part).length - 1;
}
