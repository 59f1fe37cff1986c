import { readFileSync } from 'node:fs';
import t from 'tap';
import { type Case, caseOutcome } from './case.ts';
import { dataFile, sampleVm } from './sample-vm.ts';

const { cases, files }: { cases: Case[]; files: Record<string, string> } = JSON.parse(
  readFileSync(dataFile('cases.json'), 'utf8'),
);

t.equal(cases.length, 185, 'all cases are there');

for (const one of cases) {
  const wanted = one.expect === undefined ? { error: one.error } : { expect: one.expect };
  t.test(`${one.id} gives what Jinja2 3.1.2 gives`, async t => {
    t.same(caseOutcome(one, files, sampleVm()), wanted, one.template);
  });
}
