import t from 'tap';
import { agree, isUnpredictable, raiseAlike, renderHere } from './comparison.ts';
import { makeFaultyTrial } from './generator/faults.ts';
import { Oracle, type Outcome, type Trial } from './oracle.ts';

// Always the same templates in make test; JINJA_SEED and JINJA_TRIALS try others.
const seed = Number(process.env['JINJA_SEED'] ?? 1);
const count = Number(process.env['JINJA_TRIALS'] ?? 2000);
const LISTED = Number(process.env['JINJA_ERRORS'] ?? 20);
const AT_ONCE = 64;

t.setTimeout(600_000);
const oracle = await Oracle.start();
t.teardown(() => oracle.stop());

interface Compared {
  trial: Trial;
  here: Outcome;
  wanted: Outcome;
}

async function compare(trial: Trial): Promise<Compared> {
  const asked = oracle.render(trial);
  const here = renderHere(trial);
  return { trial, here, wanted: await asked };
}

function place({ error, template, line, message, output }: Outcome): string {
  return error === undefined ? `printed ${output}` : `${error} at line ${line} of ${template} (${message})`;
}

t.test(`of the errors in ${count} random templates 99 in 100 are as with Jinja2`, async t => {
  const compared: Compared[] = [];
  for (let start = 0; start < count; start += AT_ONCE) {
    const size = Math.min(AT_ONCE, count - start);
    const trials = Array.from({ length: size }, (_, index) =>
      makeFaultyTrial(seed * 100_003 + start + index),
    );
    compared.push(...(await Promise.all(trials.map(compare))));
  }
  const known = compared.filter(({ wanted }) => !isUnpredictable(wanted));
  const raised = known.filter(({ here, wanted }) => here.error !== undefined && wanted.error !== undefined);
  const others = raised.filter(({ here, wanted }) => !raiseAlike(here, wanted));
  const alike = (100 * (raised.length - others.length)) / raised.length;
  t.comment(
    `JINJA_SEED=${seed}: ${alike.toFixed(2)} % of ${raised.length} errors agree in template, line and class`,
  );
  for (const { here, wanted, trial } of others.slice(0, LISTED)) {
    t.comment(`${place(wanted)}, here ${place(here)}`);
    if (process.env['JINJA_SHOWN'] !== undefined) t.comment(JSON.stringify(trial.files));
  }
  for (const { here, wanted, trial } of known
    .filter(({ here, wanted }) => !agree(here, wanted))
    .slice(0, 8)) {
    t.fail(`${place(wanted)}, here ${place(here)}`, { trial });
  }
  t.ok(alike >= 99, 'nearly all agree');
  t.ok(raised.length > count / 2, 'most of the templates raise');
});
