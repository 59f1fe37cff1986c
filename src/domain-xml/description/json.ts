import { Float } from '../../jinja/index.ts';

/** JSON that is none, and where: both count from 1. */
export class JsonProblem extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

// Deeper nesting would be an attack on the stack.
const MAXIMUM_DEPTH = 500;
// More digits Python does not read either.
const MAXIMUM_DIGITS = 4300;

const BLANKS = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y;
// A string without its end.
const STRING = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/uy;
const WORD = /true|false|null/y;
const WORDS: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };

/**
 * A JSON text as JSON.parse gives it, but for numbers, which are as Python's json has them: whole ones are exact (a
 * bigint where a number is not), and one with a point or an exponent is a Float, whatever its value.
 * @throws JsonProblem
 */
export function parseJson(text: string): unknown {
  return new Reader(text).document();
}

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): unknown {
    const value = this.#value();
    if (this.#at < this.#text.length) this.#fail('the end is expected');
    return value;
  }

  #fail(message: string): never {
    const before = this.#text.slice(0, this.#at);
    const lines = before.split('\n');
    const there = Array.from(this.#text.slice(this.#at, this.#at + 2))[0];
    const found = there === undefined ? 'the text ends' : `${JSON.stringify(there)} is there`;
    throw new JsonProblem(`${message}, ${found}`, lines.length, Array.from(lines.at(-1) ?? '').length + 1);
  }

  #match(rule: RegExp): RegExpExecArray | undefined {
    rule.lastIndex = this.#at;
    const match = rule.exec(this.#text) ?? undefined;
    if (match !== undefined) this.#at = rule.lastIndex;
    return match;
  }

  /** A value with the blanks around it. Of two calls for each level of nesting, for all are on the stack at once. */
  #value(): unknown {
    this.#match(BLANKS);
    const first = this.#text[this.#at];
    let value: unknown;
    if (first === '{' || first === '[') {
      this.#depth += 1;
      if (this.#depth > MAXIMUM_DEPTH) this.#fail('it is nested too deeply');
      value = first === '{' ? this.#object() : this.#list();
      this.#depth -= 1;
    } else value = this.#plainValue(first);
    this.#match(BLANKS);
    return value;
  }

  #plainValue(first: string | undefined): unknown {
    if (first === '"') return this.#string();
    const word = this.#match(WORD);
    if (word !== undefined) return WORDS[word[0]];
    const number = this.#match(NUMBER);
    return number === undefined ? this.#fail('a value is expected') : this.#number(number);
  }

  #number([text, fraction, exponent]: RegExpExecArray): unknown {
    if (fraction !== undefined || exponent !== undefined) return new Float(Number(text));
    if (text.length > MAXIMUM_DIGITS) {
      this.#at -= text.length;
      this.#fail('a number has too many digits');
    }
    const value = Number(text);
    return Number.isSafeInteger(value) ? value + 0 : BigInt(text);
  }

  #string(): string {
    const string = this.#match(STRING)?.[0] ?? '"';
    if (!this.#skip('"')) this.#fail('the end of the string, or what may be in one, is expected');
    return JSON.parse(`${string}"`) as string;
  }

  #list(): unknown[] {
    this.#at += 1;
    const items: unknown[] = [];
    if (this.#isClosed(']')) return items;
    for (;;) {
      items.push(this.#value());
      if (this.#isClosed(']')) return items;
      if (!this.#skip(',')) this.#fail('a comma or "]" is expected');
    }
  }

  #object(): object {
    this.#at += 1;
    // As JSON.parse makes them: "__proto__" is a key like any other.
    const pairs: [string, unknown][] = [];
    if (this.#isClosed('}')) return {};
    for (;;) {
      this.#match(BLANKS);
      if (this.#text[this.#at] !== '"') this.#fail('a key in quotation marks is expected');
      const key = this.#string();
      this.#match(BLANKS);
      if (!this.#skip(':')) this.#fail('a colon is expected');
      pairs.push([key, this.#value()]);
      if (this.#isClosed('}')) return Object.fromEntries(pairs);
      if (!this.#skip(',')) this.#fail('a comma or "}" is expected');
    }
  }

  #isClosed(sign: string): boolean {
    this.#match(BLANKS);
    return this.#skip(sign);
  }

  #skip(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }
}
