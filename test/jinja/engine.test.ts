import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { outcomeOf } from '../engine/outcome.ts';
import { PROJECT } from '../unit/executable.ts';
import type { Case } from './case.ts';
import { makeFaultyTrial } from './generator/faults.ts';
import { Random } from './generator/random.ts';
import { makeTrial } from './generator/trial.ts';
import { makeVariables } from './generator/variables.ts';
import { filesOf, grammarPieces } from './grammar-pieces.ts';
import { dataFile } from './sample-vm.ts';
import { type Task, taskOutcome } from './task.ts';

// What the dialect gives on the engine of the renderer, and here on Node: there is one answer to each.

const PROBE = join(PROJECT, 'dist/engine/renderer-probe');
const SEED = Number(process.env['JINJA_SEED'] ?? 1);
const REPORTED = 8;

t.setTimeout(600_000);

/** The answers of both, in JSON, the engine's first. */
function answersOf(t: Test, tasks: readonly Task[]): [string, string][] {
  const file = join(t.testdir(), 'tasks');
  writeFileSync(file, tasks.map(task => `${JSON.stringify(task)}\n`).join(''));
  const output = execFileSync(PROBE, [file], { encoding: 'utf8', maxBuffer: 2 ** 30 });
  const [first = '', ...lines] = output.trimEnd().split('\n');
  t.match(JSON.parse(first), { runtime: /^quickjs-ng / });
  t.equal(lines.length, tasks.length);
  return tasks.map((task, index) => [lines[index] ?? '', JSON.stringify(outcomeOf(() => taskOutcome(task)))]);
}

const NO_TIME = '"error":"TimeoutError"';

/** What the engine, which is slower at it, had no time for is not compared. */
function compare(t: Test, tasks: readonly Task[]): void {
  const answers = answersOf(t, tasks);
  const ended = answers.filter(([engine]) => !engine.includes(NO_TIME));
  t.ok(ended.length > 0.99 * tasks.length, `${ended.length} of ${tasks.length} came to an end`);
  const differing = answers.flatMap(([engine, node], index) =>
    engine === node || engine.includes(NO_TIME)
      ? []
      : [{ task: tasks[index], engine: JSON.parse(engine), node: JSON.parse(node) }],
  );
  for (const { task, engine, node } of differing.slice(0, REPORTED))
    t.same(engine, node, JSON.stringify(task));
  t.equal(differing.length, 0, `${tasks.length} compared`);
}

t.test('every recorded case gives the same on the engine', async t => {
  const { cases, files } = JSON.parse(readFileSync(dataFile('cases.json'), 'utf8')) as {
    cases: Case[];
    files: Record<string, string>;
  };
  const vm: unknown = JSON.parse(readFileSync(dataFile('vm.json'), 'utf8'));
  compare(
    t,
    cases.map(one => ({ case: one, files, vm })),
  );
});

t.test('every piece of the grammar gives the same on the engine, to the words of an error', async t => {
  const variables = makeVariables(new Random(7));
  compare(
    t,
    grammarPieces().map(text => ({ trial: { files: filesOf(text), variables } })),
  );
});

const random = Number(process.env['JINJA_TRIALS'] ?? 1500);
t.test(`${random} random templates give the same on the engine`, async t => {
  compare(
    t,
    Array.from({ length: random }, (_, index) => ({ trial: makeTrial(SEED * 100_003 + index) })),
  );
});

t.test('500 random templates with errors in them give the same on the engine', async t => {
  compare(
    t,
    Array.from({ length: 500 }, (_, index) => ({ trial: makeFaultyTrial(SEED * 100_003 + index) })),
  );
});

t.test('numbers are written, cut, read and counted with alike', async t => {
  const generator = new Random(SEED);
  const one = () => (generator.below(2 ** 31) - 2 ** 30) * 10 ** (generator.below(80) - 40);
  const numbers = [
    '0',
    '-0',
    '0.5',
    '1.5',
    '2.5',
    '1e21',
    '1e-7',
    '5e-324',
    '1.7976931348623157e308',
    '9007199254740993',
  ];
  compare(t, [{ question: { numbers: [...numbers, ...Array.from({ length: 2000 }, () => String(one()))] } }]);
});
