import { spendText } from './budget.ts';
import { unescapeEntities } from './entities.ts';
import { split } from './text.ts';

/** markupsafe's `Markup(text).striptags()`: without comments and tags, entities resolved, white space made one blank. */
export function stripTags(text: string): string {
  return unescapeEntities(split(withoutTags(withoutComments(text)), null, -1).join(' '));
}

// What is left of two comments may be the start of another one.
function withoutComments(text: string): string {
  let rest = text;
  let start = rest.indexOf('<!--');
  while (start >= 0) {
    const end = rest.indexOf('-->', start);
    if (end < 0) break;
    spendText(rest.length);
    rest = rest.slice(0, start) + rest.slice(end + 3);
    start = rest.indexOf('<!--', Math.max(0, start - 3));
  }
  return rest;
}

function withoutTags(text: string): string {
  let kept = '';
  let position = 0;
  for (let start = text.indexOf('<'); start >= 0; start = text.indexOf('<', position)) {
    const end = text.indexOf('>', start);
    if (end < 0) break;
    kept += text.slice(position, start);
    position = end + 1;
  }
  return kept + text.slice(position);
}
