import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { lvmVolumes, type ModelVm, modelWith } from './qubes-model.ts';
import { qubesXmlText } from './qubes-xml-text.ts';
import { folderWith, run } from './run.ts';

/** Where dump writes what it reads. */
export const file = join(folderWith(t, {}), 'qubes.xml');

const VMS: ModelVm[] = [
  { name: 'temp', klass: 'TemplateVM', qid: 1 },
  { name: 'net', klass: 'AppVM', qid: 12, stored: { template: 'temp', provides_network: 'True', netvm: '' } },
  {
    name: 'work',
    klass: 'AppVM',
    qid: 7,
    stored: { template: 'temp', netvm: 'net' },
    features: { timezone: '60' },
    block: [{ backend: 'net', port: 'sda' }],
    volumes: lvmVolumes('work', 'temp'),
  },
];
/** A qubes.xml with nothing wrong in it. */
export const GOOD = qubesXmlText(modelWith(VMS, { globals: { default_kernel: '' } }));

/** What the program says of a qubes.xml with that text; FILE stands for its path. */
export async function dump(text: string | Buffer, name = 'work') {
  writeFileSync(file, text);
  const { code, out, errors } = await run('dump', name, '--qubes-xml', file, '--release', '4.3');
  return { code, out, errors: errors.map(line => line.replaceAll(file, 'FILE')) };
}

/** The text with one thing in it changed; fails where that thing is not there. */
export function changed(from: string, to: string, text = GOOD): string {
  if (!text.includes(from)) throw new Error(`there is no ${from} in the sample`);
  return text.replace(from, () => to);
}

/** Likewise inside the element of work. */
export function inWork(from: string, to: string): string {
  const start = GOOD.indexOf('<domain id="domain-7"');
  return GOOD.slice(0, start) + changed(from, to, GOOD.slice(start));
}

/** A stored property. */
export const property = (name: string, value: string) => `<property name="${name}">${value}</property>`;
