import { raise } from '../errors.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{0,2})|u([0-9a-fA-F]{0,4})|U([0-9a-fA-F]{0,8})|([\s\S]|$))/gu;

/**
 * Undoes the escapes of a string literal, as Python does.
 * @throws TemplateSyntaxError for broken ones
 */
export function unescapeLiteral(body: string): string {
  return body.replace(
    ESCAPE,
    (_whole, octal?: string, x?: string, u?: string, U?: string, other?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (x !== undefined) return hexadecimal(x, 2, '\\xXX');
      if (u !== undefined) return hexadecimal(u, 4, '\\uXXXX');
      if (U !== undefined) return hexadecimal(U, 8, '\\UXXXXXXXX');
      return single(other ?? '');
    },
  );
}

function hexadecimal(digits: string, length: number, form: string): string {
  if (digits.length < length) return raise('TemplateSyntaxError', `truncated ${form} escape`);
  const code = Number.parseInt(digits, 16);
  return code <= 0x10ffff
    ? String.fromCodePoint(code)
    : raise('TemplateSyntaxError', 'illegal Unicode character');
}

function single(character: string): string {
  if (character === '') return raise('TemplateSyntaxError', '\\ at end of string');
  if (character === 'N') return raise('TemplateSyntaxError', '\\N{…} escapes are not supported');
  const simple = SIMPLE[character];
  if (simple !== undefined) return simple;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\${character}`;
  // Jinja2 turns the character into an escape first, whose backslash then meets this one.
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code <= 0xffff
    ? `\\u${code.toString(16).padStart(4, '0')}`
    : `\\U${code.toString(16).padStart(8, '0')}`;
}
