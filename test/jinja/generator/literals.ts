import type { Random } from './random.ts';
import { TEXTS } from './variables.ts';

export function integerLiteral(random: Random): string {
  return random.pick([
    '0',
    '1',
    '2',
    '3',
    '7',
    '10',
    '255',
    '0x1f',
    '0b101',
    '0o17',
    '1_000',
    '4096',
    '9007199254740993',
  ]);
}

export function floatLiteral(random: Random): string {
  return random.pick([
    '0.0',
    '1.0',
    '2.5',
    '0.1',
    '3.75',
    '1e3',
    '2.5e-3',
    '1_0.5',
    '1e16',
    '123456.789',
    '7.0',
  ]);
}

const ESCAPES = ['\\n', '\\t', '\\x41', '\\u00e9', '\\101', '\\\\', "\\'", '\\"', '\\q'];

/** A string in either kind of quotes, with escapes now and then. */
export function stringLiteral(random: Random): string {
  const quote = random.pick(["'", '"']);
  let body = random.pick(TEXTS).replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
  if (random.chance(0.2)) body += random.pick(ESCAPES);
  const literal = quote + body + quote;
  return random.chance(0.03) ? `${literal} 'more'` : literal;
}
