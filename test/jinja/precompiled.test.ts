import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import t from 'tap';
import { precompile } from '../../src/jinja/compiler.ts';
import { Environment, type Precompiled } from '../../src/jinja/index.ts';
import { loadAddonFrom } from '../../src/native/addon.ts';
import { PROJECT } from '../unit/executable.ts';

const ADDON = join(PROJECT, 'dist/block-snapshot.node');
loadAddonFrom(ADDON);

const SOURCES = new Map([
  ['base.xml', "<{% block a %}{{ vm.name }}{% endblock %}>{% include 'part.xml' %}\n"],
  ['part.xml', "{% for x in [1, 2.5, 'é\u2028`$'] %}{{ x }}{% endfor %}"],
]);
const WANTED = '<work>12.5é\u2028`$';

async function templatesIn(folder: string): Promise<Precompiled> {
  const path = join(folder, 'templates.mjs');
  writeFileSync(path, precompile(SOURCES));
  const module = (await import(pathToFileURL(path).href)) as { templates: Precompiled };
  return module.templates;
}

t.test('templates compiled at build time render the same', async t => {
  const root = t.testdir({ shipped: Object.fromEntries(SOURCES) });
  const environment = new Environment({
    searchPath: [join(root, 'shipped')],
    precompiled: await templatesIn(root),
  });
  t.equal(environment.getTemplate('base.xml').render({ vm: { name: 'work' } }), WANTED);
});

t.test('a template that differs from the one compiled at build time is compiled anew', async t => {
  const root = t.testdir({ own: { 'part.xml': 'mine' }, shipped: Object.fromEntries(SOURCES) });
  const searchPath = [join(root, 'own'), join(root, 'shipped')];
  const environment = new Environment({ searchPath, precompiled: await templatesIn(root) });
  t.equal(environment.getTemplate('base.xml').render({ vm: { name: 'work' } }), '<work>mine');
});

t.test('nunjucks is loaded only for what was not compiled at build time', async t => {
  const root = t.testdir({
    own: { 'mine.xml': "{% extends 'base.xml' %}{% block a %}A{% endblock %}" },
    shipped: Object.fromEntries(SOURCES),
  });
  await templatesIn(root);
  const source = (name: string): string => new URL(`../../src/${name}.js`, import.meta.url).href;
  const program = `
    import { createRequire } from 'node:module';
    import { Environment } from '${source('jinja/environment')}';
    import { renderLazily } from '${source('jinja/lazily')}';
    import { loadAddonFrom } from '${source('native/addon')}';
    import { templates } from '${pathToFileURL(join(root, 'templates.mjs')).href}';
    loadAddonFrom('${ADDON}');
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some(path => path.includes('nunjucks'));
    const environment = new Environment({ searchPath: ['${root}/own', '${root}/shipped'], precompiled: templates });
    const first = await renderLazily(environment, 'base.xml', { vm: { name: 'work' } });
    const before = loaded();
    const second = await renderLazily(environment, 'mine.xml', {});
    console.log(JSON.stringify([first, before, second, loaded()]));
  `;
  const cwd = fileURLToPath(new URL('../../..', import.meta.url));
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd,
    encoding: 'utf8',
  });
  t.same(JSON.parse(printed), [WANTED, false, WANTED.replace('work', 'A'), true]);
});
