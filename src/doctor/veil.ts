import { oneLine } from '../words/printable.ts';
import type { Private, Said } from './said.ts';

/** How a text with private parts is written for somebody. */
export interface Veil {
  text(said: Said): string;
  word(part: Private): string;
}

/** Everything as it is: for those whose machine it is. */
export function verbatim(): Veil {
  return veilWith(({ text }) => text);
}

/**
 * For others: in the place of what is private stands what it is, with a number, the same for the same. What somebody else
 * has worded may have anything in it, and only that there is something is said.
 */
export function veiled(): Veil {
  const numbers = new Map<string, number>();
  const counts = new Map<string, number>();
  return veilWith(({ what, text }) => {
    const key = `${what} ${text}`;
    const number = numbers.get(key) ?? (counts.get(what) ?? 0) + 1;
    if (!numbers.has(key)) {
      numbers.set(key, number);
      counts.set(what, number);
    }
    return `[${what} ${number}]`;
  });
}

function veilWith(word: (part: Private) => string): Veil {
  return {
    word,
    text: said => oneLine(said.map(part => (typeof part === 'string' ? part : word(part))).join('')),
  };
}
