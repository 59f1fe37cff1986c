import { characters } from './iteration.ts';
import { isWhitespace } from './text.ts';

const LOWER = /\p{Lowercase}/u;
const UPPER = /\p{Uppercase}|\p{Lt}/u;
const TITLE = /\p{Lu}|\p{Lt}/u;

function every(text: string, pattern: RegExp): boolean {
  return text !== '' && pattern.test(text);
}

/** Whether the cased characters of a text, of which there must be one, are all of one case. */
function allOfCase(text: string, wanted: RegExp, other: RegExp): boolean {
  return wanted.test(text) && !other.test(text);
}

/** Python's `str.is…` questions. */
export const TEXT_KINDS: Record<string, (text: string) => boolean> = {
  isdigit: text => every(text, /^[\p{Nd}²³¹⁰⁴-⁹₀-₉①-⑨]+$/u),
  isdecimal: text => every(text, /^\p{Nd}+$/u),
  isnumeric: text => every(text, /^[\p{N}]+$/u),
  isalpha: text => every(text, /^\p{L}+$/u),
  isalnum: text => every(text, /^[\p{L}\p{N}]+$/u),
  isascii: text => !/[\u0080-\u{10ffff}]/u.test(text),
  isspace: text => text !== '' && characters(text).every(isWhitespace),
  islower: text => allOfCase(text, LOWER, UPPER),
  isupper: text => allOfCase(text, /\p{Uppercase}/u, /\p{Lowercase}|\p{Lt}/u),
  istitle: isTitle,
  isidentifier: text => /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(text),
  isprintable: text => !/[\p{C}\p{Z}]/u.test(text.replaceAll(' ', '')),
};

function isTitle(text: string): boolean {
  let previousCased = false;
  let found = false;
  for (const character of characters(text)) {
    if (TITLE.test(character)) {
      if (previousCased) return false;
      previousCased = true;
      found = true;
    } else if (LOWER.test(character)) {
      if (!previousCased) return false;
    } else previousCased = false;
  }
  return found;
}
