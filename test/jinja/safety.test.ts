import t from 'tap';
import { Environment, JinjaError } from '../../src/jinja/index.ts';
import { dictionaryEnvironment } from './dictionary-environment.ts';

const TIME_LIMIT = 300;
// What a limit may be overrun by on a slow machine.
const PATIENCE = 60_000;

function raised(files: Record<string, string>): JinjaError {
  const started = performance.now();
  try {
    dictionaryEnvironment(files, TIME_LIMIT)
      .getTemplate('main')
      .render({ l: [1, 2, 3], s: 'text', d: { a: 1 } });
  } catch (error) {
    if (!(error instanceof JinjaError)) throw error;
    if (performance.now() - started > PATIENCE)
      throw new Error(`the limit came too late for ${files['main']}`);
    return error;
  }
  throw new Error(`${files['main']} came to an end`);
}

const ENDLESS = [
  '{% for a in range(10**9) %}{% endfor %}',
  '{% for a in range(10**9) %}{{ a }}{% endfor %}',
  '{% for a in l %}{% set x = l.append(a) %}{% endfor %}',
  '{{ range(10**12)|sum }}',
  '{{ range(10**12)|map("string")|first }}{{ range(10**12)|select("lt", 0)|list }}',
  '{% for a in range(99999) %}{% for b in range(99999) %}{% if loop.changed(b) %}{% endif %}{% endfor %}{% endfor %}',
  '{{ "ab" * 10**10 }}',
  '{{ [1] * 10**10 }}',
  '{{ range(10**10)|list|length }}',
  '{{ 10 ** (10 ** 10) }}',
  '{{ "x"|center(10**10) }}',
  '{{ "x".ljust(10**10) }}',
  '{{ "%99999999999d" % 1 }}',
  '{{ "{:99999999999}".format(1) }}',
  '{% set ns = namespace(s="x") %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}',
  '{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}',
  '{% set ns = namespace(n=3) %}{% for i in range(99) %}{% set ns.n = ns.n * ns.n %}{% endfor %}',
  '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
  '{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}',
  '{% for x in [l] recursive %}{{ loop([l]) }}{% endfor %}',
  '{% block a %}{{ self.a() }}{% endblock %}',
  '{% set x = 2 ** 99999 %}{{ x }}',
];

t.test('no template runs for ever or takes all memory: an error says so', async t => {
  for (const main of ENDLESS) {
    const error = raised({ main });
    const known = ['TimeoutError', 'MemoryError', 'RecursionError', 'OverflowError', 'ValueError'];
    t.ok(known.includes(error.pythonName), `${main}\n${error.message}`);
  }
});

t.test('templates that include or extend themselves are stopped', async t => {
  t.equal(raised({ main: "{% include 'main' %}" }).pythonName, 'RecursionError');
  t.equal(raised({ main: "{% extends 'main' %}" }).pythonName, 'RecursionError');
  t.equal(raised({ main: "{% import 'main' as m %}" }).pythonName, 'RecursionError');
});

t.test('the error of the time limit says what it was and where', async t => {
  const error = raised({ main: 'a\n{% for a in range(10**9) %}{% endfor %}' });
  t.match(error.message, /line 2: TimeoutError: rendering took longer than 300 ms; a loop/);
});

t.test('the limit is that of one rendering', async t => {
  const timeLimitMilliseconds = 1000;
  const environment = new Environment({ searchPath: [], timeLimitMilliseconds });
  // Short beside the limit, on the slowest machine too; together they take longer than it.
  const template = environment.fromString('{% for i in range(2000) %}{% endfor %}ok');
  const started = performance.now();
  const outputs = new Set<string>();
  while (performance.now() - started < 1.5 * timeLimitMilliseconds) outputs.add(template.render());
  t.same([...outputs], ['ok']);
});

const JAVASCRIPT = [
  'constructor',
  'prototype',
  '__proto__',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
];
const PYTHON = [
  '__class__',
  '__mro__',
  '__subclasses__',
  '__globals__',
  '__init__',
  '__dict__',
  '__builtins__',
];
const THINGS = [
  's',
  'l',
  'd',
  '1',
  '1.5',
  'true',
  '(1,)',
  'range',
  'range(3)',
  'dict',
  's.upper',
  'm',
  'loop',
  'self',
  'ns',
  'lipsum',
  'cycler',
];

t.test("neither JavaScript's prototypes nor Python's inner names can be reached", async t => {
  const environment = new Environment({ searchPath: [] });
  for (const thing of THINGS) {
    for (const name of [...JAVASCRIPT, ...PYTHON]) {
      const source = `{% macro m() %}{% endmacro %}{% set ns = namespace() %}{% for i in [1] %}{% set x = loop %}{{ (${thing})|attr('${name}') is defined }}{{ (${thing}).${name} is defined }}{{ (${thing})['${name}'] is defined }}{% endfor %}`;
      t.equal(
        environment.fromString(source).render({ s: 'a', l: [1], d: { a: 1 } }),
        'FalseFalseFalse',
        `${thing} ${name}`,
      );
    }
  }
});

t.test('what a template says is never run as code', async t => {
  const environment = new Environment({ searchPath: [] });
  const payloads = [
    `$${'{'}process.exit(3)}`,
    '`;process.exit(3);`',
    "');process.exit(3);('",
    '");process.exit(3);("',
    '\\u0027);process.exit(3)//',
    '*/process.exit(3)/*',
    '\u2028process.exit(3)',
    '</script>',
  ];
  for (const payload of payloads) {
    const quoted = JSON.stringify(payload).replaceAll("'", "\\'").slice(1, -1);
    const source = `${payload}{% set x = '${quoted}' %}{{ {'${quoted}': x}|length }}{% macro m(a='${quoted}') %}{{ a is string }}{% endmacro %}{{ m() }}`;
    t.equal(environment.fromString(source, payload).render(), `${payload}1True`, payload);
  }
});

t.test('a deeply nested template is refused, not a crash', async t => {
  const environment = new Environment({ searchPath: [] });
  const deep = 5000;
  for (const source of [
    `{{ ${'('.repeat(deep)}1${')'.repeat(deep)} }}`,
    `{{ ${'['.repeat(deep)}${']'.repeat(deep)} }}`,
    `{{ ${'not '.repeat(deep * 20)}1 }}`,
    `${'{% if 1 %}'.repeat(deep * 4)}${'{% endif %}'.repeat(deep * 4)}`,
  ]) {
    t.throws(() => environment.fromString(source).render(), JinjaError, source.slice(0, 20));
  }
});
