import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import nunjucks from 'nunjucks';
import t from 'tap';
import '../domain-xml/support/addon.ts';
import {
  defineFilter,
  Environment,
  HostObject,
  hostFunction,
  JinjaError,
  str,
  type Value,
} from '../../src/jinja/index.ts';
import { JinjaLoader } from '../../src/jinja/loader.ts';
import { dictionaryEnvironment } from './dictionary-environment.ts';

function errorOf(work: () => unknown): JinjaError {
  try {
    work();
  } catch (error) {
    if (error instanceof JinjaError) return error;
    throw error;
  }
  throw new Error('nothing was raised');
}

t.test('the first folder of the search path that has a template wins', async t => {
  const root = t.testdir({
    etc: { 'a.xml': 'etc' },
    usr: { 'a.xml': 'usr', 'b.xml': "usr {% include 'a.xml' %}" },
  });
  const environment = new Environment({ searchPath: [join(root, 'etc'), join(root, 'usr')] });
  t.equal(environment.getTemplate('a.xml').render(), 'etc');
  t.equal(environment.getTemplate('b.xml').render(), 'usr etc');
  t.equal(environment.findTemplate('b.xml'), join(root, 'usr/b.xml'));
  t.equal(environment.findTemplate('c.xml'), null);
});

t.test('a template outside the search path is not found', async t => {
  const root = t.testdir({ secret: 'x' });
  mkdirSync(join(root, 'templates'));
  const environment = new Environment({ searchPath: [join(root, 'templates')] });
  for (const name of ['../secret', 'a/../../secret', 'nosuch.xml', '']) {
    const { pythonName } = errorOf(() => environment.getTemplate(name));
    t.equal(pythonName, 'TemplateNotFound', name);
  }
});

t.test('a template that is not UTF-8 is refused', async t => {
  const root = t.testdir();
  writeFileSync(join(root, 'a.xml'), Buffer.from([0x61, 0xff]));
  const error = errorOf(() => new Environment({ searchPath: [root] }).getTemplate('a.xml'));
  t.match(error, { pythonName: 'UnicodeDecodeError', reason: `${join(root, 'a.xml')} is not UTF-8 text` });
});

t.test('what a check of the reader throws is passed on', async t => {
  const readTemplate = (path: string): string => {
    throw new Error(`${path} is writable by others`);
  };
  const environment = new Environment({ searchPath: ['/templates'], readTemplate });
  t.throws(() => environment.getTemplate('a.xml'), { message: '/templates/a.xml is writable by others' });
});

t.test('an error names the template, its file, the line and the line itself', async t => {
  const root = t.testdir({
    'main.xml': "a\n{% include 'part.xml' %}\n",
    'part.xml': 'b\n\n  {{ vm.nosuch }}\n',
  });
  const environment = new Environment({ searchPath: [root] });
  const error = errorOf(() => environment.getTemplate('main.xml').render({ vm: {} }));
  t.match(error, {
    pythonName: 'UndefinedError',
    reason: "'dict object' has no attribute 'nosuch'",
    template: 'part.xml',
    path: join(root, 'part.xml'),
    line: 3,
    sourceLine: '  {{ vm.nosuch }}',
  });
  t.equal(
    error.message,
    `${join(root, 'part.xml')}, line 3: UndefinedError: 'dict object' has no attribute 'nosuch'\n  {{ vm.nosuch }}`,
  );
});

t.test('a syntax error names the line', async t => {
  const root = t.testdir({ 'main.xml': 'a\n{% if x %}\nb\n' });
  const environment = new Environment({ searchPath: [root] });
  const error = errorOf(() => environment.getTemplate('main.xml'));
  t.match(error, {
    pythonName: 'TemplateSyntaxError',
    template: 'main.xml',
    line: 2,
    sourceLine: '{% if x %}',
  });
  t.match(error.message, /Unexpected end of template\. .*'elif' or 'else' or 'endif'/);
});

t.test('autoescape can be off, and globals, filters and tests be added', async t => {
  const environment = new Environment({ searchPath: [], autoescape: false, globals: { site: '<here>' } });
  t.equal(environment.fromString('{{ site }}').render(), '<here>');
  t.equal(environment.fromString('{{ site }}').render({ site: 1 }), '1', 'a variable hides a global');
  environment.filters.set(
    'twice',
    defineFilter(
      ['value', ['mark', '-']],
      (_state, value = null, mark = '-') => `${str(value)}${str(mark)}${str(value)}`,
    ),
  );
  environment.tests.set(
    'short',
    defineFilter(['value'], (_state, value = null) => str(value).length < 3),
  );
  const added = environment.fromString("{{ 'a'|twice }} {{ 'b'|twice(mark='+') }} {{ 'abc' is short }}");
  t.equal(added.render(), 'a-a b+b False');
});

t.test('numbers and objects of the host become what JSON means in Python', async t => {
  const environment = new Environment({ searchPath: [] });
  const variables = { i: 5, f: 2.5, o: { b: [1, null, true], a: {} } };
  t.equal(
    environment.fromString('{{ i / 5 }} {{ f }} {{ o|tojson }}').render(variables),
    '1.0 2.5 {"a": {}, "b": [1, null, true]}',
  );
  t.equal(errorOf(() => environment.fromString('').render({ x: Symbol('x') })).pythonName, 'TypeError');
});

class Machine extends HostObject {
  readonly secret = 'not for templates';

  override attribute(name: string): Value | undefined {
    if (name === 'name') return 'work';
    if (name !== 'devices') return undefined;
    return hostFunction('devices', ['kind', ['required_only', false]], (kind = '', required = false) => [
      kind,
      required,
    ]);
  }

  override str(): string {
    return 'work';
  }
}

t.test('an object of the host shows what it offers and nothing else', async t => {
  const environment = new Environment({ searchPath: [] });
  const render = (source: string): string => environment.fromString(source).render({ vm: new Machine() });
  t.equal(render("{{ vm }} {{ vm.name }} {{ vm['name'] }}"), 'work work work');
  t.equal(render("{{ vm.devices('pci', required_only=True)|join(' ') }}"), 'pci True');
  t.equal(render("{{ vm.devices(kind='usb')|join(' ') }}"), 'usb False');
  for (const name of ['secret', 'attribute', 'constructor', '__proto__', 'prototype']) {
    t.equal(render(`{{ vm.${name} is defined }} {{ vm['${name}'] is defined }}`), 'False False', name);
  }
  t.equal(errorOf(() => render('{{ vm.devices() }}')).pythonName, 'TypeError');
  t.equal(errorOf(() => render("{{ vm.devices('a', nosuch=1) }}")).pythonName, 'TypeError');
});

t.test('it tells what a template extends, includes and imports', async t => {
  const environment = new Environment({ searchPath: [] });
  const source =
    "{% extends 'a' %}\n{% include ['b', 'c'] ignore missing %}{% import x as m %}\n{% from 'd' import e %}";
  t.same(environment.referencedTemplates(source), [
    { kind: 'extends', names: ['a'], line: 1, ignoreMissing: false },
    { kind: 'include', names: ['b', 'c'], line: 2, ignoreMissing: true },
    { kind: 'import', names: [], line: 2, ignoreMissing: false },
    { kind: 'import', names: ['d'], line: 3, ignoreMissing: false },
  ]);
});

t.test("nunjucks' own environment renders the dialect through the loader, and stays as it was", async t => {
  const environment = dictionaryEnvironment({
    a: "{{ [1, 'x'] }}{% include 'b' with context %}",
    b: '{{ x // 2 }}',
  });
  const host = new nunjucks.Environment(new JinjaLoader(environment) as unknown as nunjucks.ILoader);
  t.equal(host.render('a', { x: 5 }), '[1, &#39;x&#39;]2');
  t.throws(() => host.render('a', {}), /'x' is undefined/);
  t.throws(() => host.render('nosuch', {}), /template not found/);
  t.equal(nunjucks.renderString('{{ [1, "x"] }}', {}), '1,x');
});

t.test('a template changed on disk is seen by the next environment', async t => {
  const root = t.testdir({ 'a.xml': 'one' });
  t.equal(new Environment({ searchPath: [root] }).getTemplate('a.xml').render(), 'one');
  writeFileSync(join(root, 'a.xml'), 'two');
  t.equal(new Environment({ searchPath: [root] }).getTemplate('a.xml').render(), 'two');
});
