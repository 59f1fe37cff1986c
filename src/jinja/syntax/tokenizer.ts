import lexer, { type Tokenizer as NunjucksTokenizer } from 'nunjucks/src/lexer.js';
import { JinjaError, raise } from '../errors.ts';
import { strip } from '../runtime/text.ts';
import { normalizeInteger } from '../runtime/types.ts';
import { Float } from '../runtime/values.ts';
import { unescapeLiteral } from './string-literal.ts';
import * as rules from './token-rules.ts';

/** A token; `lineno` counts from 1. */
export interface Token {
  type: string;
  value: string | number | bigint | Float;
  lineno: number;
}

const Tokenizer = lexer.lex('', {}).constructor as new (source: string, options: object) => NunjucksTokenizer;

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** What an end of a tag begins with: nothing else is tried as one. */
const END_STARTS = { block: '%-+', variable: '}-' };

const TAG_SIGNS = new Set(['{', '%', '#']);

/** 1 for each unit of ASCII that can be in a name. */
const NAME_UNITS = Uint8Array.from({ length: 0x80 }, (_, unit) =>
  /\w/.test(String.fromCharCode(unit)) ? 1 : 0,
);

type State = 'root' | 'block' | 'variable';

/** nunjucks' tokenizer with the lexical rules of Jinja2. */
export class JinjaTokenizer extends Tokenizer {
  #state: State = 'root';
  #brackets: string[] = [];
  #line = 1;
  /** Where the last token began: the end of a template counts as there. */
  #lastLine = 1;

  constructor(source: string) {
    super(normalizeSource(source), {});
  }

  /** The next token; at the end one of type `eof`, again and again. */
  override nextToken(): Token {
    for (;;) {
      const token = this.#state === 'root' ? this.#template() : this.#code(this.#state);
      if (token === undefined) continue;
      if (token.type === 'eof') return { ...token, lineno: this.#lastLine };
      this.#lastLine = token.lineno;
      return token;
    }
  }

  #token(type: string, value: Token['value'], text: string): Token {
    const token = { type, value, lineno: this.#line };
    this.#skip(text);
    return token;
  }

  /** The same for a text that has no line end. */
  #tokenInLine(type: string, value: Token['value'], text: string): Token {
    this.index += text.length;
    return { type, value, lineno: this.#line };
  }

  #skip(text: string): void {
    this.index += text.length;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#line += 1;
  }

  #match(rule: RegExp): string | undefined {
    rule.lastIndex = this.index;
    return rule.exec(this.str)?.[0];
  }

  #fail(message: string): never {
    const error = new JinjaError('TemplateSyntaxError', message);
    throw Object.assign(error, { lineno: this.#line });
  }

  // Jinja2 misses the end only if something else is there instead.
  #failUnlessAtEnd(message: string): undefined {
    if (this.index < this.len) this.#fail(message);
    this.#state = 'root';
    return undefined;
  }

  /** Text up to the next tag, or the tag that begins here. */
  #template(): Token | undefined {
    if (this.index >= this.len) return this.#token('eof', '', '');
    const start = this.#tagStart();
    const sign = this.str.charAt(start + 2);
    if (start > this.index) {
      const text = this.str.slice(this.index, start);
      const token = this.#token('data', sign === '-' ? strip(text, null, 'right') : text, text);
      return token.value === '' ? undefined : token;
    }
    return this.#tag(this.str.slice(start, start + 2), sign);
  }

  /** Where the next tag begins, or the end. */
  #tagStart(): number {
    let at = this.str.indexOf('{', this.index);
    while (at >= 0 && !TAG_SIGNS.has(this.str.charAt(at + 1))) at = this.str.indexOf('{', at + 1);
    return at < 0 ? this.len : at;
  }

  #tag(start: string, sign: string): Token | undefined {
    const raw = start === '{%' && this.#mayBeRaw(sign) ? this.#match(rules.RAW_START) : undefined;
    if (raw !== undefined) {
      this.#skip(raw);
      return this.#raw();
    }
    const text = sign === '-' || sign === '+' ? start + sign : start;
    if (start === '{#') {
      this.#skip(text);
      return this.#comment();
    }
    this.#state = start === '{%' ? 'block' : 'variable';
    return this.#token(`${this.#state}_begin`, text, text);
  }

  /** Whether what stands in the tag, after at most one space, begins like the word that is looked for, or is blank. */
  #mayBeRaw(sign: string): boolean {
    let at = this.index + (sign === '-' || sign === '+' ? 3 : 2);
    if (this.str.charCodeAt(at) === 0x20) at += 1;
    const unit = this.str.charCodeAt(at);
    return unit === 0x72 || unit <= 0x20 || unit >= 0x7f;
  }

  #comment(): undefined {
    rules.COMMENT_END.lastIndex = this.index;
    const end = rules.COMMENT_END.exec(this.str);
    if (end === null) return this.#failUnlessAtEnd('Missing end of comment tag');
    this.#skip(this.str.slice(this.index, end.index + end[0].length));
    return undefined;
  }

  #raw(): Token | undefined {
    rules.RAW_END.lastIndex = this.index;
    const end = rules.RAW_END.exec(this.str);
    if (end === null) return this.#failUnlessAtEnd('Missing end of raw directive');
    const text = this.str.slice(this.index, end.index);
    const token = this.#token('data', end[1] === '-' ? strip(text, null, 'right') : text, text + end[0]);
    return token.value === '' ? undefined : token;
  }

  /** A token inside `{{ }}` or `{% %}`. */
  #code(state: 'block' | 'variable'): Token | undefined {
    const { str } = this;
    // One space is what most tokens have between them; all else that is blank is left to the rule.
    if (str.charCodeAt(this.index) === 0x20) this.index += 1;
    let unit = str.charCodeAt(this.index);
    if (unit <= 0x20 || unit >= 0x7f) {
      this.#skip(this.#match(rules.WHITESPACE) ?? '');
      unit = str.charCodeAt(this.index);
    }
    if (this.index >= this.len) return this.#token('eof', '', '');
    if (NAME_UNITS[unit] === 1 && !isDigit(unit)) return this.#name();
    const first = str.charAt(this.index);
    if (this.#brackets.length === 0 && END_STARTS[state].includes(first)) {
      const end = this.#match(state === 'block' ? rules.BLOCK_END : rules.VARIABLE_END);
      if (end !== undefined) {
        this.#state = 'root';
        return this.#token(state === 'block' ? 'block_end' : 'variable_end', end, end);
      }
    }
    return this.#literal(first, unit) ?? this.#operator(first);
  }

  /** What begins with `first`, if it is a number, a name or a string: each is known by that. */
  #literal(first: string, unit: number): Token | undefined {
    if (isDigit(unit)) return this.#number();
    if (first === "'" || first === '"') {
      const string = this.#match(rules.STRING);
      return string === undefined ? undefined : this.#string(string);
    }
    return unit >= 0x80 ? this.#name() : undefined;
  }

  #number(): Token | undefined {
    const float = this.#match(rules.FLOAT);
    if (float !== undefined)
      return this.#tokenInLine('float', new Float(Number(float.replaceAll('_', ''))), float);
    const integer = this.#match(rules.INTEGER);
    if (integer === undefined) return undefined;
    const value = normalizeInteger(BigInt(integer.replaceAll('_', '').toLowerCase()));
    return this.#tokenInLine('integer', value, integer);
  }

  #name(): Token | undefined {
    const { str, index } = this;
    let end = index;
    while (NAME_UNITS[str.charCodeAt(end)] === 1) end += 1;
    // The rules take longer: they are for the names that others than these are in.
    if (end > index && !(str.charCodeAt(end) >= 0x80)) {
      this.index = end;
      return { type: 'name', value: str.slice(index, end), lineno: this.#line };
    }
    const name = this.#match(rules.NAME);
    if (name === undefined) return undefined;
    return rules.IDENTIFIER.test(name)
      ? this.#tokenInLine('name', name, name)
      : this.#fail('Invalid character in identifier');
  }

  #string(literal: string): Token {
    try {
      return this.#token('string', unescapeLiteral(literal.slice(1, -1)), literal);
    } catch (error) {
      return error instanceof JinjaError
        ? this.#fail(error.reason)
        : raise('TemplateSyntaxError', String(error));
    }
  }

  #operator(first: string): Token {
    const two = this.str.slice(this.index, this.index + 2);
    const operator = rules.OPERATOR_TYPES[two] === undefined ? first : two;
    const type = rules.OPERATOR_TYPES[operator];
    if (type === undefined) return this.#fail(`unexpected char '${first}' at ${this.index}`);
    const closing = CLOSING[operator];
    if (closing !== undefined) this.#brackets.push(closing);
    else if (operator === ')' || operator === ']' || operator === '}') {
      const expected = this.#brackets.pop();
      if (expected === undefined) this.#fail(`unexpected '${operator}'`);
      if (expected !== operator) this.#fail(`unexpected '${operator}', expected '${expected}'`);
    }
    return this.#tokenInLine(type, operator, operator);
  }
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** Every kind of line end becomes one, and the last one is dropped. */
function normalizeSource(source: string): string {
  const text = source.includes('\r') ? source.replace(/\r\n|\r/g, '\n') : source;
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}
