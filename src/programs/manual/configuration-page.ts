import type { Block, Page } from './man-page.ts';

/**
 * The page of the configuration: what the file that is installed says of itself.
 * @param text etc/block-snapshot.conf: comments, each group before the setting that it is about, if any
 */
export function configurationPage(text: string): Page {
  const [start, ...settings] = text.trim().split(/\n{2,}/);
  return {
    name: 'block-snapshot.conf',
    section: 5,
    summary: 'the configuration of block-snapshot',
    sections: [
      {
        title: 'DESCRIPTION',
        blocks: paragraphs(start ?? ''),
      },
      { title: 'SETTINGS', blocks: settings.map(settingBlock) },
      { title: 'SEE ALSO', blocks: ['`block-snapshot`(8), `block-snapshot`(7)'] },
    ],
  };
}

function settingBlock(group: string): Block {
  const setting = group.split('\n').find(line => !line.startsWith('#')) ?? '';
  const [name = '', value = ''] = setting.split('=');
  return { term: name, text: `${commentOf(group)} The default is ${value || 'nothing'}.` };
}

function commentOf(group: string): string {
  return group
    .split('\n')
    .filter(line => line.startsWith('#'))
    .map(line => line.replace(/^# ?/, ''))
    .join(' ');
}

/** A comment in which an empty line of it parts what it says. */
function paragraphs(comment: string): string[] {
  return comment.split(/^#$/m).map(commentOf);
}
