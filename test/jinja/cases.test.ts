import { readFileSync } from 'node:fs';
import t from 'tap';
import { JinjaError, pythonPercent, raise, Tuple, variadicHostFunction } from '../../src/jinja/index.ts';
import { dictionaryEnvironment } from './dictionary-environment.ts';
import { dataFile, sampleVm } from './sample-vm.ts';

interface Case {
  id: string;
  template: string;
  files?: Record<string, string>;
  context?: Record<string, unknown>;
  expect?: string;
  error?: string;
}

const { cases, files }: { cases: Case[]; files: Record<string, string> } = JSON.parse(
  readFileSync(dataFile('cases.json'), 'utf8'),
);

const bug = variadicHostFunction('bug', ['message'], (message = '', ...args) =>
  raise('AssertionError', pythonPercent(String(message), new Tuple(args))),
);

function outcome(one: Case): { expect: string } | { error: string } {
  const environment = dictionaryEnvironment({ ...files, ...one.files, 'main.xml': one.template });
  try {
    return { expect: environment.getTemplate('main.xml').render({ vm: sampleVm(), bug, ...one.context }) };
  } catch (error) {
    if (error instanceof JinjaError) return { error: error.pythonName };
    throw error;
  }
}

t.equal(cases.length, 185, 'all cases are there');

for (const one of cases) {
  const wanted = one.expect === undefined ? { error: one.error } : { expect: one.expect };
  t.test(`${one.id} gives what Jinja2 3.1.2 gives`, async t => {
    t.same(outcome(one), wanted, one.template);
  });
}
