import type { DiffLine } from './diff.ts';

const COLOURS = { removed: '\u001b[31m', added: '\u001b[32m', context: '' };
const BOLD = '\u001b[1m';
const RESET = '\u001b[0m';
const SIGNS = { removed: '-', added: '+', context: ' ' };

export interface DiffTextRequest {
  lines: readonly DiffLine[];
  /** What the old and the new document are, for the header. */
  before: string;
  after: string;
  colour: boolean;
}

/** The difference as people read it; "" where there is none. */
export function diffText({ lines, before, after, colour }: DiffTextRequest): string {
  if (lines.length === 0) return '';
  const paint = (text: string, code: string) => (colour && code !== '' ? `${code}${text}${RESET}` : text);
  return [
    paint(`--- ${before}`, BOLD),
    paint(`+++ ${after}`, BOLD),
    ...lines.map(({ kind, text }) => paint(`${SIGNS[kind]} ${text}`, COLOURS[kind])),
    '',
  ].join('\n');
}
