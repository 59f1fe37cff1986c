import parser from 'nunjucks/src/parser.js';
import { JinjaError } from '../errors.ts';
import { repr } from '../runtime/repr.ts';
import { describeType } from './token-rules.ts';
import type { JinjaTokenizer, Token } from './tokenizer.ts';

/** nunjucks' parser with Jinja2's way of looking at tokens: by type and name, and two ahead. */
export abstract class TokenParser extends parser.Parser {
  declare tokens: JinjaTokenizer;
  private declare ahead: Token[];

  override init(tokens: JinjaTokenizer): void {
    super.init(tokens);
    this.ahead = [];
  }

  // The next one is read at once, as by Jinja2: what cannot be one is an error before what the parser thinks of this one.
  override nextToken(): Token {
    const token = this.current;
    this.ahead.shift();
    this.look(0);
    return token;
  }

  override peekToken(): Token {
    return this.current;
  }

  protected get current(): Token {
    return this.ahead[0] ?? this.look(0);
  }

  /** The token `distance` after the current one. */
  protected look(distance: number): Token {
    while (this.ahead.length <= distance) this.ahead.push(this.tokens.nextToken());
    return this.ahead[distance] as Token;
  }

  protected isType(first: string, second?: string, third?: string): boolean {
    const { type } = this.current;
    return type === first || type === second || type === third;
  }

  protected isName(first: string, second?: string, third?: string): boolean {
    const { type, value } = this.current;
    return type === 'name' && (value === first || value === second || value === third);
  }

  protected skipType(type: string): boolean {
    if (this.current.type !== type) return false;
    this.nextToken();
    return true;
  }

  protected skipName(name: string): boolean {
    if (!this.isName(name)) return false;
    this.nextToken();
    return true;
  }

  protected isNextName(name: string): boolean {
    const { type, value } = this.look(1);
    return type === 'name' && value === name;
  }

  protected expectType(type: string): Token {
    return this.current.type === type ? this.nextToken() : this.unexpected(describeType(type));
  }

  protected expectName(name: string): Token {
    return this.isName(name) ? this.nextToken() : this.unexpected(name);
  }

  protected unexpected(wanted: string): never {
    if (this.current.type === 'eof')
      return this.error(`unexpected end of template, expected ${repr(wanted)}.`);
    return this.error(`expected token ${repr(wanted)}, got ${repr(describeToken(this.current))}`);
  }

  /** @throws TemplateSyntaxError, or another error of its family, at a line */
  protected error(message: string, lineno = this.current.lineno, pythonName = 'TemplateSyntaxError'): never {
    throw Object.assign(new JinjaError(pythonName, message), { lineno });
  }
}

/** What a token is called in messages. */
export function describeToken(token: Token): string {
  return token.type === 'name' ? String(token.value) : describeType(token.type);
}
