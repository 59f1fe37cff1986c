import t from 'tap';
import { renderHere } from './comparison.ts';
import { Random } from './generator/random.ts';
import { makeVariables } from './generator/variables.ts';
import { filesOf, grammarPieces } from './grammar-pieces.ts';
import { Oracle, type Outcome } from './oracle.ts';

const templates = grammarPieces();
const variables = makeVariables(new Random(7));

const oracle = await Oracle.start();
t.teardown(() => oracle.stop());

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
