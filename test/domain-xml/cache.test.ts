import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { CompiledCache } from '../../src/domain-xml/compiled/cache.ts';
import { CompiledTemplates } from '../../src/domain-xml/compiled/compiled-templates.ts';
import { templateEnvironment } from '../../src/domain-xml/environment.ts';
import { TemplateFolders } from '../../src/domain-xml/search/folders.ts';
import { compileToCode } from '../../src/jinja/compile/compile.ts';
import { CompilerMissing, Environment } from '../../src/jinja/environment.ts';
import { folderWith } from './support/run.ts';

const ME = process.getuid?.() ?? 0;
const NOTHING_SHIPPED = { templates: new Map(), compilerId: undefined };

function cacheIn(folder: string, compilerId = 'one'): CompiledCache {
  return new CompiledCache({ folder: `${folder}/cache`, compilerId, owner: ME });
}

t.test('What was written is read again, for that name, that source and that compiler only', async t => {
  const folder = folderWith(t, {});
  const cache = cacheIn(folder);
  t.equal(cache.read('a.xml', 'source'), undefined);
  cache.write('a.xml', 'source', 'code');
  t.equal(cache.read('a.xml', 'source'), 'code');
  t.equal(cacheIn(folder).read('a.xml', 'source'), 'code', 'in the next run');
  t.equal(cache.read('b.xml', 'source'), undefined);
  t.equal(cache.read('a.xml', 'source2'), undefined);
  t.equal(cacheIn(folder, 'two').read('a.xml', 'source'), undefined);
});

t.test('What others can write is never read, nor is a link', async t => {
  const folder = folderWith(t, {});
  const cache = cacheIn(folder);
  cache.write('a.xml', 'source', 'code');
  const [name = ''] = readdirSync(`${folder}/cache`);
  const file = `${folder}/cache/${name}`;
  for (const [path, open, closed] of [
    [file, 0o646, 0o600],
    [`${folder}/cache`, 0o777, 0o700],
    [folder, 0o777, 0o755],
  ] as const) {
    chmodSync(path, open);
    t.equal(cache.read('a.xml', 'source'), undefined, path);
    chmodSync(path, closed);
    t.equal(cache.read('a.xml', 'source'), 'code', path);
  }
  const other = folderWith(t, { 'code.js': 'evil' });
  mkdirSync(`${other}/cache`, { mode: 0o700 });
  symlinkSync('../code.js', `${other}/cache/${name}`);
  t.equal(cacheIn(other).read('a.xml', 'source'), undefined);
});

t.test('What is left of an entry that is cut short or damaged is none, and it is made anew', async t => {
  const folder = folderWith(t, {});
  const cache = cacheIn(folder);
  cache.write('a.xml', 'source', 'return 1;\nreturn 2;');
  const [name = ''] = readdirSync(`${folder}/cache`);
  const file = `${folder}/cache/${name}`;
  const whole = readFileSync(file);
  for (let length = 0; length < whole.length; length += 1) {
    writeFileSync(file, whole.subarray(0, length));
    t.equal(cache.read('a.xml', 'source'), undefined, `${length} bytes`);
    const damaged = Buffer.from(whole);
    damaged[length] = (damaged[length] ?? 0) ^ 0x81;
    writeFileSync(file, damaged);
    t.equal(cache.read('a.xml', 'source'), undefined, `byte ${length} changed`);
  }
  writeFileSync(file, Buffer.alloc(whole.length));
  t.equal(cache.read('a.xml', 'source'), undefined, 'zeros, as after a power cut');
  cache.write('a.xml', 'source', 'return 3;');
  t.equal(cache.read('a.xml', 'source'), 'return 3;');
  t.same(readdirSync(`${folder}/cache`), [name]);
});

t.test('A cache that cannot be written is no error, and one that is full makes room', async t => {
  const folder = folderWith(t, { 'file/x': '' });
  const nowhere = new CompiledCache({ folder: `${folder}/file/x/cache`, compilerId: 'one', owner: ME });
  nowhere.write('a.xml', 'source', 'code');
  t.equal(nowhere.read('a.xml', 'source'), undefined);
  const cache = cacheIn(folder);
  for (let index = 0; index < 450; index += 1) cache.write(`${index}.xml`, 'source', 'code');
  t.ok(readdirSync(`${folder}/cache`).length <= 200);
  t.equal(cache.read('449.xml', 'source'), 'code');
});

t.test('A template is compiled once, and rendered from the cache until it is edited', async t => {
  const folder = folderWith(t, { 'templates/a.xml': 'Hello {{ name }}' });
  let compilations = 0;
  const render = (withCompiler: boolean) => {
    const folders = new TemplateFolders({
      folders: [`${folder}/templates`],
      mustExist: true,
      onlyOwner: undefined,
    });
    const precompiled = new CompiledTemplates({ folders, shipped: NOTHING_SHIPPED });
    precompiled.lookIn(cacheIn(folder));
    if (withCompiler) {
      precompiled.compileWith(file => {
        compilations += 1;
        return compileToCode(new Environment({ searchPath: [] }), file);
      });
    }
    return templateEnvironment({ folders, precompiled }).getTemplate('a.xml').render({ name: 'you' });
  };
  t.throws(() => render(false), new CompilerMissing());
  t.equal(render(true), 'Hello you');
  t.equal(render(false), 'Hello you', 'without the compiler');
  t.equal(render(true), 'Hello you');
  t.equal(compilations, 1);
  writeFileSync(`${folder}/templates/a.xml`, 'Goodbye {{ name }}');
  t.throws(() => render(false), new CompilerMissing());
  t.equal(render(true), 'Goodbye you');
  t.equal(compilations, 2);
  t.match(readFileSync(`${folder}/templates/a.xml`, 'utf8'), 'Goodbye');
});
