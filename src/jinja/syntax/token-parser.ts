import parser from 'nunjucks/src/parser.js';
import { JinjaError } from '../errors.ts';
import { repr } from '../runtime/repr.ts';
import { describeType } from './token-rules.ts';
import type { JinjaTokenizer, Token } from './tokenizer.ts';

/** nunjucks' parser with Jinja2's way of looking at tokens: by type and name, and two ahead. */
export abstract class TokenParser extends parser.Parser {
  declare tokens: JinjaTokenizer;
  // Fields, and no list behind a getter: they are looked at several times for each token.
  protected declare current: Token;
  /** The one after that, where it was looked at already. */
  private declare following: Token | undefined;

  override init(tokens: JinjaTokenizer): void {
    super.init(tokens);
    this.current = tokens.nextToken();
    this.following = undefined;
  }

  // The next one is read at once, as by Jinja2: what cannot be one is an error before what the parser thinks of this one.
  override nextToken(): Token {
    const token = this.current;
    this.current = this.following ?? this.tokens.nextToken();
    this.following = undefined;
    return token;
  }

  override peekToken(): Token {
    return this.current;
  }

  /** The token after the current one. */
  protected next(): Token {
    this.following ??= this.tokens.nextToken();
    return this.following;
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
    const { type, value } = this.next();
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
