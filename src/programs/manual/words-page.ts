import type { Block, Page } from './man-page.ts';

/** The heading in README.md under which the stack is shown, and its words explained. */
const HEADING = '## The stack, and its words';

/**
 * The page that explains the stack: what README.md says of it.
 * @param readme the whole file; in that section there are paragraphs, a picture, and `- **word**: what it means`
 * @throws Error where it has no such section
 */
export function wordsPage(readme: string): Page {
  const [, rest] = readme.split(`${HEADING}\n`);
  if (rest === undefined) throw new Error(`README.md has no section "${HEADING}"`);
  const [section = ''] = rest.split(/^## /m);
  return {
    name: 'block-snapshot',
    section: 7,
    summary: 'the stack of devices, and what its parts are called',
    sections: [
      {
        title: 'DESCRIPTION',
        blocks: section
          .replace(/^\n+|\s+$/g, '')
          .split(/\n{2,}/)
          .flatMap(blocksOf),
      },
      { title: 'SEE ALSO', blocks: ['`block-snapshot`(8), `block-snapshot.conf`(5), `domain-xml`(8)'] },
    ],
  };
}

function blocksOf(text: string): Block[] {
  if (text.startsWith('    ')) return [{ literal: text.replace(/^ {4}/gm, '') }];
  if (!text.startsWith('- ')) return [plain(text)];
  return text
    .split(/^- /m)
    .slice(1)
    .map(item => {
      const [, term = '', meaning = ''] = /^\*\*(.*?)\*\*:?\s+(.*)$/s.exec(item.trim()) ?? [];
      if (term === '') throw new Error(`README.md: "${item}" explains no word`);
      return { term, text: plain(meaning) };
    });
}

/** Links and stress are for those who read the file itself. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('**', '')
    .replaceAll('*', '');
}
