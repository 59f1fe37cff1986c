import { TEXT_KINDS } from '../../src/jinja/runtime/text-kinds.ts';

/** What engines may answer differently by themselves: characters of Unicode from one number to another, and numbers. */
export type Question = { characters: [number, number] } | { numbers: readonly string[] };

/** One text for each character or number. */
export function questionAnswer(question: Question): string[] {
  if ('numbers' in question) return question.numbers.map(aboutNumber);
  const [from, to] = question.characters;
  return Array.from({ length: to - from }, (_, index) => aboutCharacter(from + index));
}

function aboutCharacter(code: number): string {
  const character = String.fromCodePoint(code);
  const kinds = Object.entries(TEXT_KINDS).filter(([, holds]) => holds(character));
  const pieces = [
    code.toString(16),
    kinds.map(([name]) => name).join(' '),
    character.toUpperCase(),
    character.toLowerCase(),
    `${character}a`.toUpperCase(),
    `a${character}`.toLowerCase(),
    `x${character}y`
      .replace(/\s/g, 'blank')
      .replace(/\w/g, 'word')
      .replace(/[^\P{L}\p{Lu}]/gu, 'letter'),
    /[^\W_]/iu.test(character),
    character.trim().length,
  ];
  return pieces.join('|');
}

function aboutNumber(text: string): string {
  const number = Number(text);
  const digits = [0, 1, 2, 6, 17, 40];
  const pieces = [
    String(number),
    ...digits.map(count => number.toFixed(count)),
    ...digits.map(count => number.toExponential(count)),
    ...digits.slice(1).map(count => number.toPrecision(count)),
    number.toString(16),
    number.toString(2),
    Math.trunc(number),
    Math.round(number),
    number % 7.3,
    // Not powers, which may be a digit off, on each engine another: src/jinja/runtime/float-power.ts computes them.
    Math.sqrt(number),
    Number.isInteger(number) ? BigInt(number).toString(36) : '',
  ];
  return pieces.join('|');
}
