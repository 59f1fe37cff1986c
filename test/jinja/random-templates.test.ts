import t from 'tap';
import { agree, isUnpredictable, raiseAlike, renderHere } from './comparison.ts';
import { pickTrial } from './generator/trial.ts';
import { Oracle, type Outcome, type Trial } from './oracle.ts';
import { shrink } from './shrink.ts';

// Always the same templates in make test, which gives one answer to one commit; make fuzz-templates tries others.
const seed = Number(process.env['JINJA_SEED'] ?? 1);
const count = Number(process.env['JINJA_TRIALS'] ?? 5000);
const AT_ONCE = 64;
const REPORTED = 8;
// How many errors that differ in place or class are named.
const LISTED = Number(process.env['JINJA_ERRORS'] ?? 20);

interface Difference {
  trial: Trial;
  here: Outcome;
  oracle: Outcome;
}

t.setTimeout(600_000);
const oracle = await Oracle.start();
t.teardown(() => oracle.stop());

async function difference(trial: Trial): Promise<Difference | null> {
  const asked = oracle.render(trial);
  const here = renderOnce(trial);
  const answer = await asked;
  tally(trial, answer, here);
  return agree(here, answer) ? null : { trial, here, oracle: answer };
}

const rendered = new WeakMap<Trial, Outcome>();

function renderOnce(trial: Trial): Outcome {
  const outcome = rendered.get(trial) ?? renderHere(trial);
  rendered.set(trial, outcome);
  return outcome;
}

function renders(trial: Trial): boolean {
  return renderOnce(trial).output !== undefined;
}

const tallies = { rendered: 0, raised: 0, unpredictable: 0, otherErrors: 0 };
const otherErrors: { trial: Trial; here: Outcome; oracle: Outcome }[] = [];

function tally(trial: Trial, answer: Outcome, here: Outcome): void {
  if (isUnpredictable(answer)) tallies.unpredictable += 1;
  else if (answer.output !== undefined) tallies.rendered += 1;
  else if (here.error !== undefined) {
    tallies.raised += 1;
    if (!raiseAlike(here, answer)) {
      tallies.otherErrors += 1;
      otherErrors.push({ trial, here, oracle: answer });
    }
  }
}

function place({ error, template, line, message }: Outcome): string {
  return `${error} at line ${line} of ${template} (${message})`;
}

t.test(`${count} random templates of seed ${seed} render as with Jinja2`, async t => {
  t.comment(`JINJA_SEED=${seed}`);
  const found: Difference[] = [];
  for (let start = 0; start < count && found.length < REPORTED; start += AT_ONCE) {
    const size = Math.min(AT_ONCE, count - start);
    const trials = Array.from({ length: size }, (_, index) =>
      pickTrial(seed * 100_003 + start + index, renders),
    );
    for (const result of await Promise.all(trials.map(difference))) if (result !== null) found.push(result);
  }
  const summary = { ...tallies };
  const alike = 1 - summary.otherErrors / summary.raised;
  for (const { trial } of found.slice(0, REPORTED)) {
    const small = await shrink(trial, async candidate => (await difference(candidate)) !== null);
    const { here, oracle: wanted } = (await difference(small)) ?? { here: {}, oracle: {} };
    t.same(here, wanted, JSON.stringify(small));
  }
  t.comment(`${JSON.stringify(summary)}: ${(100 * alike).toFixed(2)} % of the errors are alike`);
  for (const { here, oracle: wanted } of otherErrors.slice(0, LISTED)) {
    t.comment(`${place(wanted)}, here ${place(here)}`);
  }
  t.equal(found.length, 0, 'there are no differences');
  t.ok(alike >= 0.99, 'of those that both raise nearly all agree in template, line and class');
  t.ok(summary.unpredictable < count / 20, 'nearly all of them can be compared');
  t.ok(summary.rendered > count / 4, 'many of them render');
});
