import { PYTHON_WHITESPACE } from '../runtime/conversions.ts';

/** The regular expressions of Jinja2's lexer. Each is sticky: it is tried where the tokenizer stands. */

const BLANK = `[${PYTHON_WHITESPACE}]`;

export const RAW_START = new RegExp(`\\{%[-+]?${BLANK}*raw${BLANK}*(?:-%\\}${BLANK}*|%\\})`, 'y');
export const RAW_END = new RegExp(`\\{%([-+]?)${BLANK}*endraw${BLANK}*(?:\\+%\\}|-%\\}${BLANK}*|%\\})`, 'g');
export const COMMENT_END = new RegExp(`\\+#\\}|-#\\}${BLANK}*|#\\}`, 'g');
export const BLOCK_END = new RegExp(`\\+%\\}|-%\\}${BLANK}*|%\\}`, 'y');
export const VARIABLE_END = new RegExp(`-\\}\\}${BLANK}*|\\}\\}`, 'y');
export const WHITESPACE = new RegExp(`${BLANK}+`, 'y');
export const FLOAT = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
export const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
export const NAME = /[\p{L}\p{N}\p{M}\p{Pc}\u00b7]+/uy;
export const STRING = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;
export const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;

/** Jinja2's names of the operators: the types of their tokens. */
export const OPERATOR_TYPES: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'sub',
  '/': 'div',
  '//': 'floordiv',
  '*': 'mul',
  '%': 'mod',
  '**': 'pow',
  '~': 'tilde',
  '[': 'lbracket',
  ']': 'rbracket',
  '(': 'lparen',
  ')': 'rparen',
  '{': 'lbrace',
  '}': 'rbrace',
  '==': 'eq',
  '!=': 'ne',
  '>': 'gt',
  '>=': 'gteq',
  '<': 'lt',
  '<=': 'lteq',
  '=': 'assign',
  '.': 'dot',
  ':': 'colon',
  '|': 'pipe',
  ',': 'comma',
  ';': 'semicolon',
};

const TYPE_DESCRIPTIONS: Readonly<Record<string, string>> = {
  block_begin: 'begin of statement block',
  block_end: 'end of statement block',
  variable_begin: 'begin of print statement',
  variable_end: 'end of print statement',
  data: 'template data / text',
  eof: 'end of template',
  ...Object.fromEntries(Object.entries(OPERATOR_TYPES).map(([sign, type]) => [type, sign])),
};

/** What a token type is called in messages. */
export function describeType(type: string): string {
  return TYPE_DESCRIPTIONS[type] ?? type;
}
