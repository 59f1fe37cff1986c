import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { both, call, RENDERER } from './support/both.ts';
import { sampleFile } from './support/descriptions.ts';
import { TEMPLATES } from './support/project.ts';
import { folderWith } from './support/run.ts';

t.setTimeout(600_000);

const LARGER = 'block-snapshot-tools';
const plain = ['render', 'work', '--vm', sampleFile('pv'), '--templates', TEMPLATES];

/** The renderer in a folder of its own, with that program as the larger one. */
function installed(folder: string, larger?: string): string {
  const place = join(folder, 'domain-xml');
  copyFileSync(RENDERER, place);
  if (larger !== undefined) writeFileSync(join(folder, LARGER), larger, { mode: 0o755 });
  return place;
}

const ECHO = `#!/bin/bash\ntr '\\0' '\\n' </proc/$$/cmdline\nprintf '<%s>' "$@" >&3\ncat\nprintf ' %s' "$GIVEN"\nexit 7\n`;

t.test('all that is no plain render is left to the larger program, with all that it was given', async t => {
  const program = installed(t.testdir(), ECHO);
  const calls = [
    ...['which', 'check', 'diff', 'dump', 'define', 'start', 'stop'].map(command => [
      command,
      'work',
      '--x',
      'ä b',
      '',
    ]),
    ['render', '--help'],
    ['render'],
    ['render', 'work', '--vm=x'],
    ['render', 'work', '-o-'],
    ['render', 'work', 'more'],
    ['--help'],
    ['nonsense'],
    [],
  ];
  for (const args of calls) {
    const { status, stdout, output } = spawnSync(program, args, {
      encoding: 'utf8',
      input: 'from standard input',
      env: { GIVEN: 'variable' },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    t.equal(status, 7);
    t.ok(stdout.endsWith('from standard input variable'), args.join(' '));
    t.equal(output[3], args.length === 0 ? '<>' : args.map(arg => `<${arg}>`).join(''));
  }
});

t.test('by whatever name it is called, the larger program is called domain-xml', async t => {
  const folder = t.testdir();
  const program = installed(folder);
  symlinkSync(program, join(folder, 'renderer'));
  // What a script sees of its name is its path: a program that is none sees what it was called.
  copyFileSync('/bin/bash', join(folder, LARGER));
  chmodSync(join(folder, LARGER), 0o755);
  const { stdout } = spawnSync(
    join(folder, 'renderer'),
    ['-c', 'tr "\\0" "\\n" </proc/$$/cmdline | head -n 1'],
    {
      encoding: 'utf8',
    },
  );
  t.equal(stdout, 'domain-xml\n');
});

t.test('it renders without the larger program, and one line says what to install for the rest', async t => {
  const folder = t.testdir();
  const program = installed(folder);
  t.same(await call(program, plain), await call(RENDERER, plain));
  t.match(await call(program, plain), { status: 0, out: '<name>work</name>', errors: '' });
  t.same(await call(program, ['check', 'work']), {
    status: 1,
    out: '',
    errors: `domain-xml: this call of domain-xml needs ${folder}/${LARGER}, which is not there: install ${LARGER}\n`,
  });
  mkdirSync(join(folder, LARGER));
  t.match(await call(program, ['check', 'work']), { status: 1, errors: /cannot be run .*EACCES/ });
});

t.test('no variable of the environment changes what it does', async t => {
  const env = {
    BUN_BE_BUN: '1',
    BUN_OPTIONS: '--version',
    NODE_OPTIONS: '--version',
    QJS_DUMP_FLAGS: '0xffffff',
    QUICKJS_STACK_SIZE: '1',
    LC_ALL: 'tr_TR.UTF-8',
    LANG: 'C',
    TZ: 'Asia/Tokyo',
    HOME: '/none',
    NO_COLOR: '1',
    TEMPLATES: '/none',
  };
  const own = folderWith(t, { 'libvirt/xen.xml': "{{ 'TITLE'|lower }}{{ 1234567.5 }}" });
  for (const args of [['--version'], plain, ['render', 'work', '--vm', sampleFile('pv'), '--templates', own]])
    t.same(await call(RENDERER, args, { env }), await call(RENDERER, args), args.join(' '));
});

/** Templates, and a part of the line that they end in. */
const FAULTS: [string, RegExp | undefined][] = [
  ['{% if %}', /line 1: TemplateSyntaxError/],
  ['a\nb\n{{ vm.nosuch }}', /line 3: UndefinedError/],
  ['\n{{ 1 / 0 }}', /line 2: ZeroDivisionError/],
  ["\n\n{{ bug('no %s', 1) }}", /line 3: /],
  ["{% include 'none.xml' %}", /line 1: TemplateNotFound: none.xml/],
  ["{% extends 'libvirt/xen.xml' %}", /line 1: RecursionError/],
  ['{{ [1, "a"]|sort }}', /line 1: TypeError/],
  ['{% macro m() %}\n{{ m() }}{% endmacro %}{{ m() }}', /line 2: RecursionError/],
  ['{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}', /line 1: TimeoutError/],
  ["{{ 'x' * 99999999999 }}", /line 1: (MemoryError|OverflowError)/],
  ['{{ [0] * 99999999999 }}', /line 1: MemoryError/],
  [
    "{% set ns = namespace(s='x') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}",
    /line 1: MemoryError/,
  ],
  [`{{ ${'['.repeat(200_000)} }}`, /line 1: /],
  [`{{ ${'('.repeat(100_000)}1${')'.repeat(100_000)} }}`, /line 1: /],
  [`{{ ${'not '.repeat(100_000)}1 }}`, /line 1: /],
  [`${'{% if 1 %}'.repeat(50_000)}${'{% endif %}'.repeat(50_000)}`, /line 1: /],
  [`{{ 1${' + 1'.repeat(50_000)} }}`, /line 1: /],
  ["{{ 'é \u0130'|lower }}é \u{1f600} \u0130", undefined],
];

t.test('what is wrong with a template, or without an end, ends in the same line', async t => {
  const folder = folderWith(t, { 'libvirt/xen.xml': '' });
  for (const [template, line] of FAULTS) {
    writeFileSync(join(folder, 'libvirt/xen.xml'), template);
    const [small, large] = await both(['render', 'work', '--vm', sampleFile('pv'), '--templates', folder]);
    const title = template.slice(0, 60);
    t.same(small, large, title);
    if (line === undefined) continue;
    t.equal(small.status, 1, title);
    t.match(small.errors, line, title);
    t.equal(small.errors.split('\n').length, 2, title);
  }
});

const DESCRIPTIONS = [
  '',
  '{',
  '{"name": }',
  '[]',
  '{"name": "\\ud800"}',
  '\u0000',
  `${'['.repeat(500_000)}`,
  `{"a":${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}}`,
  '{"name": 1e400}',
];

t.test('what is wrong with a description ends in the same line', async t => {
  for (const input of DESCRIPTIONS) {
    const [small, large] = await both(['render', 'work', '--vm', '-', '--templates', TEMPLATES], { input });
    t.same(small, large, input.slice(0, 40));
    t.equal(small.status, 1);
    t.match(small.errors, /^domain-xml: [^\n]+\n$/);
  }
});

const WRONG: string[][] = [
  ['work', '--vm', '/none'],
  ['work', '--vm', '/'],
  ['../work', '--vm', sampleFile('pv')],
  ['work', '--vm', sampleFile('pv'), '--templates', '/none'],
  ['work', '--vm', sampleFile('pv'), '--templates', '/etc/hostname'],
  ['work', '--vm', sampleFile('pv'), '--templates', '/tmp/'],
  ['work', '--vm', sampleFile('pv'), '--qubes-xml', '/none'],
  ['work', '--vm', sampleFile('pv'), '--kernels', '/none'],
  ['work', '--qubes-xml', '/none'],
  ['work', '--qubes-xml', '/dev/null'],
  ['work', '--qubes-xml', sampleFile('pv')],
  ['work', '--qubes-xml', '/none', '--host-memory', 'x'],
  ['work', '--qubes-xml', '/none', '--release', '3'],
  ['work', '--vm', sampleFile('pv'), '--part', 'none', '--templates', TEMPLATES],
  ['work', '--vm', sampleFile('pv'), '--device', 'x', '--templates', TEMPLATES],
  ['work', '--vm', sampleFile('pv'), '--part', 'devices/pci.xml', '--templates', TEMPLATES],
  ['work'],
];

t.test('wrong calls end in the same line, with the same status', async t => {
  for (const args of WRONG) {
    const [small, large] = await both(['render', ...args]);
    t.same(small, large, args.join(' '));
    t.ok(small.status === 1 || small.status === 2, args.join(' '));
  }
});
