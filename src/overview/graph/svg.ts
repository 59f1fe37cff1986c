import stringWidth from 'string-width';
import { shortenMiddle } from '../../words/shorten.ts';

/** Fonts that are easy to read and that Linux desktops have; without any of them, whatever has no serifs. */
export const FONTS =
  "'Noto Sans', 'DejaVu Sans', 'Liberation Sans', 'Segoe UI', Helvetica, Arial, sans-serif";

/** The width of a letter in parts of the font's size, in the widest of these fonts: what fits by it fits in all. */
const LETTER = 0.615;
const BOLD_LETTER = 0.68;

/** Text that has no meaning in XML. What XML cannot have at all is left out (XML 1.0, 2.2). */
export function escapeXml(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/\p{Cs}/gu, '')
  );
}

/** A start and an end tag with something between, or one empty tag. Attributes are numbers and texts of any kind. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content?: string,
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escapeXml(String(value))}"`)
    .join('');
  return content === undefined ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** A line of text, shortened in its middle to what fits; its left end, or its right end, is at x. */
export function textLine(
  text: string,
  at: { x: number; y: number; size: number; room: number; fill: string; bold?: boolean; end?: boolean },
): string {
  const { x, y, size, room, fill, bold = false, end = false } = at;
  const letters = Math.floor(room / textWidth(1, size, bold));
  return element(
    'text',
    {
      x,
      y,
      'font-size': size,
      fill,
      'font-weight': bold ? 700 : undefined,
      'text-anchor': end ? 'end' : undefined,
    },
    escapeXml(shortenMiddle(text, letters, stringWidth)),
  );
}

/** The most that a text of so many letters takes. */
export function textWidth(letters: number, size: number, bold = false): number {
  return letters * size * (bold ? BOLD_LETTER : LETTER);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
