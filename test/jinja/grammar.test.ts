import { readFileSync } from 'node:fs';
import t from 'tap';
import { renderHere } from './comparison.ts';
import { Random } from './generator/random.ts';
import { makeVariables } from './generator/variables.ts';
import { Oracle, type Outcome } from './oracle.ts';
import { dataFile } from './sample-vm.ts';

// Each template stands alone: `----` between them, `==== name` before the files that it uses.
const templates = readFileSync(dataFile('grammar.txt'), 'utf8').split('\n----\n');
const variables = makeVariables(new Random(7));

const oracle = await Oracle.start();
t.teardown(() => oracle.stop());

function filesOf(text: string): Record<string, string> {
  const [main = '', ...others] = text.split(/\n==== /);
  const files: Record<string, string> = { main };
  for (const other of others) {
    const end = other.indexOf('\n');
    files[other.slice(0, end)] = other.slice(end + 1);
  }
  return files;
}

/** What must be the same: the output, or the class and line of what was raised. */
function essence({ output, error, line }: Outcome): object {
  return output === undefined ? { error, line: line ?? null } : { output };
}

t.test('every piece of the grammar gives what Jinja2 gives, errors with their class and line', async t => {
  for (const text of templates) {
    const trial = { files: filesOf(text), variables };
    const wanted = await oracle.render(trial);
    const here = renderHere(trial);
    // Python's own compiler gives no line, or one of the generated code; here it is the template's.
    if (wanted.line === null || wanted.error === 'SyntaxError') wanted.line = here.line ?? null;
    t.same(essence(here), essence(wanted), `${text}\n${wanted.message ?? ''}\n${here.message ?? ''}`);
  }
  t.ok(templates.length > 300, 'there are many of them');
});
