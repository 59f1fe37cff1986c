import { raise } from '../../errors.ts';
import { escapeText, markupOf } from '../escape.ts';
import { each } from '../iteration.ts';
import { quote, str } from '../repr.ts';
import { split } from '../text.ts';
import { indexOf, textOf } from '../types.ts';
import type { Value } from '../values.ts';

export interface UrlizeOptions {
  limit: Value;
  noFollow: boolean;
  target: Value;
  rel: Value;
  schemes: Value;
}

const PORT_AND_PATH = '(?::\\d{1,5})?(?:[/?#]\\S*)?$';
const HOSTS = [
  '(?:https?://|www\\.)(?:(?:[\\w%-]+\\.)+)?(?:[a-z]{2,63}|xn--[\\w%]{2,59})',
  '(?:[\\w%-]{2,63}\\.)+(?:com|net|int|edu|gov|org|info|mil)',
  'https?://(?:\\d{1,3}(?:\\.\\d{1,3}){3}|\\[(?:[\\da-f]{0,4}:){2}(?:[\\da-f]{0,4}:?){1,6}\\])',
];
const LINK = new RegExp(`^(?:${HOSTS.join('|')})${PORT_AND_PATH}`, 'i');
const MAIL = /^[^\s@]\S*@\w[\w.-]*\.\w+$/;
const SCHEME = /^(?:[\w.+-]{2,}:\/{0,2})$/;
const PAIRS: [string, string][] = [
  ['(', ')'],
  ['<', '>'],
  ['&lt;', '&gt;'],
];

/** Jinja2's `urlize`: makes links of what looks like an address. */
export function urlize(value: Value, options: UrlizeOptions): string {
  const attributes = linkAttributes(options);
  const schemes = options.schemes === null ? [] : Array.from(each(options.schemes), str);
  for (const scheme of schemes) {
    if (!SCHEME.test(scheme))
      raise('FilterArgumentError', `${quote(scheme)} is not a valid URI scheme prefix.`);
  }
  return markupOf(value)
    .split(/(\s+)/)
    .map(word => linkWord(word, attributes, schemes, options.limit))
    .join('');
}

function linkAttributes({ noFollow, target, rel }: UrlizeOptions): string {
  const parts = new Set(rel === null ? [] : split(textOf(rel) ?? str(rel), null, -1));
  if (noFollow) parts.add('nofollow');
  parts.add('noopener');
  const relation = Array.from(parts).sort().join(' ');
  const targetText = target === null ? '' : ` target="${markupOf(target)}"`;
  return ` rel="${escapeText(relation)}"${targetText}`;
}

function linkWord(word: string, attributes: string, schemes: string[], limit: Value): string {
  const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? '';
  let middle = word.slice(head.length);
  let tail = '';
  const end = /(?:[)>.,\n]|&gt;)+$/.exec(middle);
  if (end !== null) {
    tail = end[0];
    middle = middle.slice(0, end.index);
  }
  for (const [open, close] of PAIRS) {
    const opened = count(middle, open);
    if (opened <= count(middle, close)) continue;
    for (let moved = Math.min(opened, count(tail, close)); moved > 0; moved--) {
      const index = tail.indexOf(close) + close.length;
      middle += tail.slice(0, index);
      tail = tail.slice(index);
    }
  }
  return head + link(middle, attributes, schemes, limit) + tail;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

function link(text: string, attributes: string, schemes: string[], limit: Value): string {
  if (LINK.test(text)) {
    const address = /^https?:\/\//.test(text) ? text : `https://${text}`;
    return `<a href="${address}"${attributes}>${shorten(text, limit)}</a>`;
  }
  if (text.startsWith('mailto:') && MAIL.test(text.slice(7))) return `<a href="${text}">${text.slice(7)}</a>`;
  if (text.includes('@') && !text.startsWith('www.') && !text.includes(':') && MAIL.test(text)) {
    return `<a href="mailto:${text}">${text}</a>`;
  }
  const scheme = schemes.find(prefix => text !== prefix && text.startsWith(prefix));
  return scheme === undefined ? text : `<a href="${text}"${attributes}>${text}</a>`;
}

function shorten(text: string, limit: Value): string {
  if (limit === null) return text;
  const length = indexOf(limit);
  return text.length > length ? `${text.slice(0, length)}...` : text;
}
