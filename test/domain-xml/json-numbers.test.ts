import { execFileSync } from 'node:child_process';
import t from 'tap';
import { JsonProblem, parseJson } from '../../src/domain-xml/description/json.ts';
import { PYTHON } from '../jinja/python.ts';
import { description } from './support/descriptions.ts';
import { folderWith, run } from './support/run.ts';

const NUMBERS = [
  ...['0', '-0', '1', '-17', '123456789012345678', '9007199254740993', '-123456789012345678901234567890'],
  ...[
    '1.0',
    '1e3',
    '-0.0',
    '0.1',
    '1E-7',
    '1.50',
    '123456789012345678.0',
    '1e400',
    '-1e400',
    '2.5e-324',
    '1e16',
    '12e-1',
  ],
];

t.test('Numbers of a description print as Python prints what its json module read', async t => {
  const list = `[${NUMBERS.join(', ')}]`;
  const wanted = execFileSync(
    PYTHON,
    ['-c', 'import json, sys; print(*json.load(sys.stdin), sep="\\n", end="")'],
    {
      input: list,
      encoding: 'utf8',
    },
  );
  const vm = JSON.stringify({ ...description('hvm_net'), extra: 'HERE' }).replace('"HERE"', list);
  const folder = folderWith(t, {
    'vm.json': vm,
    'libvirt/xen.xml': "{{ vm.extra | join('\\n') }}",
  });
  const { out, errors } = await run('render', 'work', '--vm', `${folder}/vm.json`, '--templates', folder);
  t.same(errors, []);
  t.equal(out, wanted);
});

t.test('A whole number may be written with a point, or be larger than JavaScript counts', async t => {
  for (const [memory, printed] of [
    ['400.0', '400.0'],
    ['4e2', '400.0'],
    ['123456789012345678', '123456789012345678'],
  ] as const) {
    const text = JSON.stringify(description('hvm_net')).replace(/"memory":\d+/, `"memory":${memory}`);
    const folder = folderWith(t, { 'vm.json': text, 'libvirt/xen.xml': '{{ vm.memory }}' });
    const { out, errors } = await run('render', 'work', '--vm', `${folder}/vm.json`, '--templates', folder);
    t.same(errors, []);
    t.equal(out, printed);
  }
  const folder = folderWith(t, {
    'vm.json': JSON.stringify(description('hvm_net')).replace(/"memory":\d+/, '"memory":400.5'),
  });
  const { errors } = await run('render', 'work', '--vm', `${folder}/vm.json`);
  t.match(errors[0], /vm\.json: memory: must be a whole number, 1 or more, is 400\.5$/);
});

t.test('Everything else is read as JSON.parse reads it', async t => {
  const text =
    ' {"a": [true, false, null, "x\\u00e9\\n\\"\\\\\\ud83d\\ude00\u2028é😀\x7f", [], {}], "__proto__": 5, "a b": {"": -3}, "b": 1, "b": 2}\r\n\t';
  t.same(parseJson(text), JSON.parse(text));
  t.ok(Object.hasOwn(parseJson('{"__proto__": 5}') as object, '__proto__'));
});

const BROKEN: [string, number, number, RegExp][] = [
  ['{"a": 1,\n "b": }', 2, 7, /^a value is expected, "}" is there$/],
  ['{"a": 1\n "b": 2}', 2, 2, /^a comma or "}" is expected, "\\"" is there$/],
  ['{"a": 1,}', 1, 9, /^a key in quotation marks is expected/],
  ["{'a': 1}", 1, 2, /^a key in quotation marks is expected/],
  ['{"a" 1}', 1, 6, /^a colon is expected/],
  ['[1, 2', 1, 6, /^a comma or "\]" is expected, the text ends$/],
  ['"é😀" x', 1, 6, /^the end is expected, "x" is there$/],
  ['["a\tb"]', 1, 4, /^the end of the string, or what may be in one, is expected/],
  ['["a\\x"]', 1, 4, /^the end of the string/],
  ['["a', 1, 4, /^the end of the string, or what may be in one, is expected, the text ends$/],
  ['[01]', 1, 3, /^a comma/],
  ['[1.]', 1, 3, /^a comma/],
  ['[NaN]', 1, 2, /^a value is expected/],
  ['[+1]', 1, 2, /^a value is expected/],
  ['\ufeff{}', 1, 1, /^a value is expected/],
  [`[${'1'.repeat(5000)}]`, 1, 2, /^a number has too many digits/],
  ['['.repeat(100_000), 1, 501, /^it is nested too deeply/],
];

for (const [text, line, column, message] of BROKEN) {
  t.test(`What is no JSON is told with line and column: ${text.slice(0, 20)}`, async t => {
    t.throws(() => parseJson(text), { message });
    try {
      parseJson(text);
    } catch (error) {
      t.type(error, JsonProblem);
      if (error instanceof JsonProblem) t.same([error.line, error.column], [line, column]);
    }
  });
}
