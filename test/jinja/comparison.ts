import { JinjaError, pythonPercent, raise, Tuple, variadicHostFunction } from '../../src/jinja/index.ts';
import { dictionaryEnvironment } from './dictionary-environment.ts';
import type { Outcome, Trial } from './oracle.ts';
import { untag } from './tagged-values.ts';

const bug = variadicHostFunction('bug', ['message'], (message = '', ...args) =>
  raise('AssertionError', pythonPercent(String(message), new Tuple(args))),
);

/** Renders a trial with the dialect. Only template errors count as outcomes: others are thrown on. */
export function renderHere(trial: Trial): Outcome {
  const environment = dictionaryEnvironment(trial.files);
  const variables = Object.fromEntries(
    Object.entries(trial.variables).map(([name, value]) => [name, untag(value)]),
  );
  try {
    return { output: environment.getTemplate('main').render({ bug, ...variables }) };
  } catch (error) {
    if (!(error instanceof JinjaError)) throw error;
    const { pythonName, reason, line, template } = error;
    return { error: pythonName, message: reason, line, template };
  }
}

// What Python prints of objects that have no better text: it differs from run to run.
const ADDRESS = / at 0x[0-9a-f]+/;

/** Whether Jinja2 itself would say something else the next time, so that there is nothing to compare with. */
export function isUnpredictable(oracle: Outcome): boolean {
  return oracle.tooLong === true || (oracle.output !== undefined && ADDRESS.test(oracle.output));
}

/**
 * Whether both raised alike: the same class, at the same line of the same template. Where Python's own compiler refuses
 * the code that Jinja2 made of a template, it names no line of a template.
 */
export function raiseAlike(here: Outcome, oracle: Outcome): boolean {
  if (here.error !== oracle.error) return false;
  if (oracle.error === 'SyntaxError') return true;
  return here.line === oracle.line && here.template === oracle.template;
}

/** Whether both printed the same, or both raised. */
export function agree(here: Outcome, oracle: Outcome): boolean {
  if (isUnpredictable(oracle)) return true;
  if (oracle.output !== undefined) return here.output === oracle.output;
  return here.error !== undefined;
}
