import { spendText } from './budget.ts';
import { HostFunction } from './functions.ts';
import { truthy } from './iteration.ts';
import { indexOf } from './types.ts';
import { Markup, type Value } from './values.ts';

const WORDS =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua'.split(
    ' ',
  );

/** `lipsum(n, html, min, max)`: paragraphs of filler. Random, as in Jinja2, so nothing can depend on its words. */
export const lipsum = new HostFunction(
  'lipsum',
  [
    ['n', 5],
    ['html', true],
    ['min', 20],
    ['max', 100],
  ],
  (count: Value = 5, html: Value = true, min: Value = 20, max: Value = 100) => {
    const [least, most] = [indexOf(min), indexOf(max)];
    spendText(indexOf(count) * most * 12);
    const paragraphs = Array.from({ length: Math.max(0, indexOf(count)) }, () => paragraph(least, most));
    if (!truthy(html)) return paragraphs.join('\n\n');
    return new Markup(paragraphs.map(text => `<p>${text}</p>`).join('\n'));
  },
);

function paragraph(least: number, most: number): string {
  const length = least + Math.floor(Math.random() * Math.max(1, most - least));
  const words = Array.from({ length }, () => WORDS[Math.floor(Math.random() * WORDS.length)]);
  const text = words.join(' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
