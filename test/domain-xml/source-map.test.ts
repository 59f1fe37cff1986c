import t from 'tap';
import { SourceMarks } from '../../src/domain-xml/source-map.ts';

const MARK = /[\u{100000}-\u{10FFFD}]/gu;

function marked(source: string): string {
  return new SourceMarks().mark(source, 'a.xml').replace(MARK, '§');
}

t.test(
  'A mark stands before the first visible text or printed value of a line, and nowhere else',
  async t => {
    t.equal(marked('<a>\n  <b/>\n\n  {{ x }}<c/>\n'), '§<a>\n  §<b/>\n\n  §{{ x }}§<c/>\n');
    t.equal(marked('{% if a %}\n  x\n{% endif %}\n'), '{% if a %}\n  §x\n{% endif %}\n');
    t.equal(marked('  {{- x }}\n'), '  {{- x }}\n', 'white space before a dash is cut: a mark would keep it');
    t.equal(
      marked('{# <a>\n #}\n{% raw %}\n{{ x }}{% endraw %}y'),
      '{# <a>\n #}\n{% raw %}\n{{ x }}{% endraw %}§y',
    );
  },
);

t.test('The end of a tag is not looked for in strings, brackets and comments', async t => {
  t.equal(marked(`{{ '}}' }}\nx`), `§{{ '}}' }}\n§x`);
  t.equal(marked(`{{ {'a': {}} }}\nx`), `§{{ {'a': {}} }}\n§x`);
  t.equal(marked(`{% set a = "%}\\"" %}\nx`), `{% set a = "%}\\"" %}\n§x`);
  t.equal(marked('{# {{ #}\nx'), '{# {{ #}\n§x');
  t.equal(marked('x {{ never closed'), '§x {{ never closed');
});

t.test('A place of the output leads to the line of the template that printed it', async t => {
  const marks = new SourceMarks();
  const one = marks.mark('<a>\n  <b/>\n', 'one.xml');
  const two = marks.mark('<c/>\n', 'two.xml');
  const map = marks.mapOf(`${one}\n${two}`, '<a>\n  <b/>\n\n<c/>\n');
  t.same(map?.originOf(1, 1), { path: 'one.xml', line: 1 });
  t.same(map?.originOf(2, 3), { path: 'one.xml', line: 2 });
  t.same(map?.originOf(2, 1), { path: 'one.xml', line: 1 }, 'before the mark');
  t.same(map?.originOf(2, Number.MAX_SAFE_INTEGER), { path: 'one.xml', line: 2 }, 'the end of a line');
  t.same(map?.originOf(4, 2), { path: 'two.xml', line: 1 });
});

t.test('There is no map where the marks changed the output', async t => {
  const marks = new SourceMarks();
  marks.mark('x', 'a.xml');
  t.equal(marks.mapOf('y', 'x'), undefined);
});
