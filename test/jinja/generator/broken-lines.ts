import type { Random } from './random.ts';

const TAGS = /\{%[-+]? raw [\s\S]*?endraw [-+]?%\}|\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
const STRINGS_AND_BLANKS = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"| /g;

/** The template with some of the blanks inside its tags made line feeds: errors have more lines to come from. */
export function breakLines(random: Random, source: string, often = 0.2): string {
  return source.replace(TAGS, tag =>
    / raw /.test(tag)
      ? tag
      : tag.replace(STRINGS_AND_BLANKS, part => (part === ' ' && random.chance(often) ? '\n' : part)),
  );
}
