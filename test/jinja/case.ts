import {
  JinjaError,
  pythonPercent,
  raise,
  Tuple,
  type Value,
  variadicHostFunction,
} from '../../src/jinja/index.ts';
import { dictionaryEnvironment } from './dictionary-environment.ts';

/** A recorded case of test/jinja/data/cases.json. */
export interface Case {
  id: string;
  template: string;
  files?: Record<string, string>;
  context?: Record<string, unknown>;
  expect?: string;
  error?: string;
}

const bug = variadicHostFunction('bug', ['message'], (message = '', ...args) =>
  raise('AssertionError', pythonPercent(String(message), new Tuple(args))),
);

/** What a case gives here, with the files that all cases have. */
export function caseOutcome(
  one: Case,
  files: Record<string, string>,
  vm: Value,
): { expect: string } | { error: string } {
  const environment = dictionaryEnvironment({ ...files, ...one.files, 'main.xml': one.template });
  try {
    return { expect: environment.getTemplate('main.xml').render({ vm, bug, ...one.context }) };
  } catch (error) {
    if (error instanceof JinjaError) return { error: error.pythonName };
    throw error;
  }
}
