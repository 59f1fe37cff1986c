/**
 * Build step: writes what goes into share: manual pages and completion. Called as
 * `bun src/programs/manual/write-shared.ts VERSION FOLDER`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bashCompletion, type CompletedProgram } from './bash-completion.ts';
import { COMMANDS, PROGRAMS } from './block-snapshot.ts';
import { configurationPage } from './configuration-page.ts';
import { domainXmlCommands } from './domain-xml.ts';
import { manPage } from './man-page.ts';
import { PROGRAM_PAGES } from './pages.ts';
import { wordsPage } from './words-page.ts';
import { zshCompletion } from './zsh-completion.ts';

/** Of the last change of what the pages say. */
const DATE = '2026-11-30';

const [, , version = '', folder = ''] = process.argv;

function write(path: string, text: string): void {
  const place = join(folder, path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, text);
}

function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');
}

for (const page of [
  ...PROGRAM_PAGES,
  configurationPage(read('etc/block-snapshot.conf')),
  wordsPage(read('README.md')),
]) {
  const { name, aliases = [], section } = page;
  for (const each of [name, ...aliases])
    write(`man/man${section}/${each}.${section}`, manPage(page, version, DATE));
}

const OURS: readonly CompletedProgram[] = [
  { name: 'block-snapshot', commands: COMMANDS },
  { name: 'create-snapshot', commands: { '': PROGRAMS['create-snapshot'] } },
  { name: 'destroy-snapshot', commands: { '': PROGRAMS['destroy-snapshot'] } },
];
const COMPANION: readonly CompletedProgram[] = [{ name: 'domain-xml', commands: domainXmlCommands() }];

const [bash, zsh] = ['bash', 'zsh'].map(shell => read(`etc/completion/functions.${shell}`)) as [
  string,
  string,
];

for (const [name, programs] of [
  ['block-snapshot', OURS],
  ['domain-xml', COMPANION],
] as const) {
  write(`bash-completion/completions/${name}`, bashCompletion(programs, bash));
  // Distributions have the one place or the other.
  for (const folder of ['zsh/site-functions', 'zsh/vendor-completions'])
    write(`${folder}/_${name}`, zshCompletion(programs, zsh));
}
