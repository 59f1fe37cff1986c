// nunjucks' own modules, as far as they are extended here; its published types leave them out.

declare module 'nunjucks/src/lexer.js' {
  export interface Token {
    type: string;
    value: unknown;
    lineno: number;
  }
  export interface Tokenizer {
    str: string;
    index: number;
    len: number;
    lineno: number;
    colno: number;
    in_code: boolean;
    nextToken(): Token | null;
  }
  const lexer: { lex(source: string, options: object): Tokenizer };
  export default lexer;
}

declare module 'nunjucks/src/parser.js' {
  import type { Token, Tokenizer } from 'nunjucks/src/lexer.js';
  export class Parser {
    constructor(tokens: Tokenizer);
    tokens: Tokenizer;
    init(tokens: Tokenizer): void;
    nextToken(withWhitespace?: boolean): Token | null;
    peekToken(): Token | null;
    parseExpression(): object;
    parseStatement(): object;
    parseNodes(): object[];
    parseAsRoot(): object;
  }
  const parser: { Parser: typeof Parser };
  export default parser;
}

declare module 'nunjucks/src/compiler.js' {
  export class Compiler {
    constructor(templateName: string | null, throwOnUndefined: boolean);
    codebuf: string[];
    lastId: number;
    init(templateName: string | null, throwOnUndefined: boolean): void;
    fail(message: string, lineno?: number, colno?: number): never;
    compile(node: object, frame: object): void;
    getCode(): string;
    _emit(code: string): void;
    _emitLine(code: string): void;
    _tmpid(): string;
  }
  const compiler: { Compiler: typeof Compiler };
  export default compiler;
}

declare module 'nunjucks/src/loader.js' {
  class Loader {
    on(event: string, listener: (...args: unknown[]) => void): void;
  }
  export default Loader;
}
