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
    const token = this.look(0);
    this.ahead.shift();
    this.look(0);
    return token;
  }

  override peekToken(): Token {
    return this.look(0);
  }

  protected get current(): Token {
    return this.look(0);
  }

  /** The token `distance` after the current one. */
  protected look(distance: number): Token {
    while (this.ahead.length <= distance) this.ahead.push(this.tokens.nextToken());
    return this.ahead[distance] as Token;
  }

  protected isType(...types: string[]): boolean {
    return types.includes(this.current.type);
  }

  protected isName(...names: string[]): boolean {
    return isNameToken(this.current, names);
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
    return isNameToken(this.look(1), [name]);
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

function isNameToken(token: Token, names: string[]): boolean {
  return token.type === 'name' && names.includes(String(token.value));
}

/** What a token is called in messages. */
export function describeToken(token: Token): string {
  return token.type === 'name' ? String(token.value) : describeType(token.type);
}
