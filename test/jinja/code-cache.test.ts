import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { CodeCache, Environment } from '../../src/jinja/index.ts';

function prepare(t: Test): {
  cache: string;
  render: (version?: string) => string;
} {
  const root = t.testdir({ cache: {}, templates: { 'a.xml': '{{ 1 + 1 }}' } });
  const cache = join(root, 'cache');
  chmodSync(cache, 0o755);
  const render = (version = '1'): string =>
    new Environment({ searchPath: [join(root, 'templates')], codeCache: new CodeCache(cache, version) })
      .getTemplate('a.xml')
      .render();
  return { cache, render };
}

/** Puts other code into the cache, to see whether it is run. */
function poison(cache: string): string {
  const path = join(cache, 'a.xml.json');
  const entry = JSON.parse(readFileSync(path, 'utf8')) as { code: string };
  writeFileSync(path, JSON.stringify({ ...entry, code: "return { root: () => 'cached', blocks: {} };" }));
  return path;
}

t.test('what was compiled is kept and used again', async t => {
  const { cache, render } = prepare(t);
  t.equal(render(), '2');
  t.same(readdirSync(cache), ['a.xml.json']);
  poison(cache);
  t.equal(render(), 'cached');
});

t.test('another version of the program compiles anew', async t => {
  const { cache, render } = prepare(t);
  render();
  poison(cache);
  t.equal(render('2'), '2');
});

t.test('a changed template is compiled anew', async t => {
  const { cache, render } = prepare(t);
  render();
  poison(cache);
  writeFileSync(join(cache, '../templates/a.xml'), '{{ 2 + 2 }}');
  t.equal(render(), '4');
});

t.test('a cache that others can write to is not run', async t => {
  const { cache, render } = prepare(t);
  render();
  const path = poison(cache);
  chmodSync(path, 0o666);
  t.equal(render(), '2', 'neither the file');
  poison(cache);
  chmodSync(path, 0o600);
  chmodSync(cache, 0o777);
  t.equal(render(), '2', 'nor the folder');
});

t.test('a missing or broken cache is no error', async t => {
  const { cache, render } = prepare(t);
  render();
  writeFileSync(join(cache, 'a.xml.json'), '{');
  t.equal(render(), '2');
  const environment = new Environment({
    searchPath: [],
    codeCache: new CodeCache(join(cache, 'nosuch'), '1'),
  });
  t.equal(environment.fromString('x', 'x').render(), 'x');
});
