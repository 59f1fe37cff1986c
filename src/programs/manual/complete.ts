import { existsSync, readdirSync } from 'node:fs';
import { overviewOf } from '../../overview/build/overview-of.ts';
import { survey } from '../../overview/survey.ts';
import { revisionsOf } from '../../templates/revisions.ts';
import { templateFiles } from '../../templates/template-files.ts';
import { oneLine } from '../../words/printable.ts';
import { inform } from '../answer.ts';
import { commandArguments } from '../command-arguments.ts';
import { COMPLETE, type Subject } from './complete-usage.ts';

/** Where Qubes keeps the disks of templates, a folder for each. */
const QUBES_TEMPLATES = '/var/lib/qubes/vm-templates';

const LOOK: Readonly<Record<Subject, (template: string) => Iterable<string> | Promise<Iterable<string>>>> = {
  templates,
  revisions: template => revisionsOf(templateFiles(template)).revisions.map(({ number }) => String(number)),
  vms: async () => (await import('../../domain-xml/vm-names.ts')).vmNames(),
};

/** `complete templates|vms|revisions [TEMPLATE]`: whoever completes a word is told nothing but what could be meant. */
export async function runComplete(parameters: readonly string[]): Promise<void> {
  const { _: operands } = await commandArguments(COMPLETE, parameters);
  const [subject = '', template = ''] = operands.map(String);
  if (!Object.hasOwn(LOOK, subject)) return;
  const found: string[] = [];
  try {
    for (const name of await LOOK[subject as Subject](template)) found.push(name);
  } catch {
    // Nobody can be told of an error in the middle of a word; the command itself will say it.
  }
  // A name that would break the line is none that can be typed.
  const names = [...new Set(found)].filter(name => name !== '' && oneLine(name) === name);
  if (names.length > 0) inform(names.sort().join('\n'));
}

function* templates(): Generator<string> {
  if (existsSync(QUBES_TEMPLATES))
    for (const name of readdirSync(QUBES_TEMPLATES))
      if (existsSync(`${QUBES_TEMPLATES}/${name}/root.img`)) yield `${QUBES_TEMPLATES}/${name}`;
  for (const { base } of overviewOf(survey(() => {})).templates)
    if (base.path?.endsWith('.img')) yield base.path.replace(/\/root\.img$/, '');
}
