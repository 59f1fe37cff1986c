import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { figuresSvg, racesIn } from '../bench/figures-svg.ts';
import { figure } from '../bench/timing.ts';
import { PROJECT } from './executable.ts';

const read = (path: string) => readFileSync(join(PROJECT, path), 'utf8');

t.test('A race is read as it is printed', async t => {
  const line = figure('cold prepare', 12.34, { name: 'script', milliseconds: 100 });
  t.same(racesIn(`heading\n${line}\n${figure('alone', 3)}\n`), [
    { step: 'cold prepare', ours: 12.3, other: 'script', theirs: 100 },
  ]);
});

t.test('The graph is drawn of the figures beside it', async t => {
  const output = read('docs/figures.txt');
  t.ok(racesIn(output).length >= 5);
  t.equal(figuresSvg(output), read('docs/figures.svg'));
});

t.test("README's figures, and the table, are those that were measured", async t => {
  const races = racesIn(read('docs/figures.txt'));
  const readme = read('README.md').split('\n## Figures\n')[1]?.split('\n## ')[0] ?? '';
  const named = races.filter(({ step }) => readme.includes(step));
  t.ok(named.length >= 2);
  for (const { step, ours, theirs } of named)
    t.match(readme, `${step}: ${Math.round(ours)} ms, where a script takes ${Math.round(theirs)}`);
  for (const { step, ours, theirs } of races)
    t.match(read('docs/figures.md'), `| ${step} | ${Math.round(ours)} ms | ${Math.round(theirs)} ms |`);
});
