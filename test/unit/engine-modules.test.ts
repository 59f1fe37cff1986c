import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PROJECT } from './executable.ts';

// What tools/bundle.mjs has made of the hot commands.
const FOLDER = join(PROJECT, 'dist/engine/modules');
const MODULES = new Map(readdirSync(FOLDER).map(name => [name, readFileSync(join(FOLDER, name), 'utf8')]));

const IMPORTED = /\bfrom"\.\/([^"]+)"|\bimport"\.\/([^"]+)"/g;
const LATER = /ENGINE_HOST\.later\("(\w+)","(\w+)"\)/g;
const EXPORTED = /\bexport\{([^}]*)\}/g;

/** A module and what is loaded with it. */
function loadedWith(name: string, found = new Set<string>()): Set<string> {
  const text = MODULES.get(name);
  if (text === undefined) throw new Error(`there is no module ${name}`);
  if (found.has(name)) return found;
  found.add(name);
  for (const [, one, other] of text.matchAll(IMPORTED)) loadedWith(one ?? other ?? '', found);
  return found;
}

function command(name: string): string {
  return [...MODULES.keys()].find(module => module.startsWith(`${name}-`)) ?? name;
}

t.test('What is loaded later is there when it is called, and is called by somebody', async t => {
  const called = new Map<string, Set<string>>();
  for (const [, group = '', name = ''] of [...MODULES.values()].flatMap(text => [...text.matchAll(LATER)]))
    called.set(group, (called.get(group) ?? new Set()).add(name));
  const groups = [...MODULES.keys()].filter(name => name.startsWith('group:'));
  t.same([...called.keys()].map(group => `group:${group}.js`).sort(), groups.sort());
  for (const [group, names] of called) {
    const text = MODULES.get(`group:${group}.js`) ?? '';
    const exported = [...text.matchAll(EXPORTED)]
      .flatMap(([, list = '']) => list.split(','))
      .map(item => item.split(' as ').at(-1));
    t.same(
      [...names].filter(name => !exported.includes(name)),
      [],
      group,
    );
  }
});

t.test('Nothing is calculated that the small program cannot', async t => {
  const called = [...MODULES.values()].flatMap(text => [...text.matchAll(/\bMath(\.(\w+))?|\*\*/g)]);
  const names = called.map(([whole, , name]) => name ?? whole);
  t.same([...new Set(names)].sort(), ['ceil', 'floor', 'max', 'min', 'random', 'round']);
});

t.test('No group is loaded before it is needed, and few modules by any call', async t => {
  for (const name of [
    'prepare',
    'cleanup',
    'create-snapshot',
    'destroy-snapshot',
    'hotplug',
    'libvirt-hook',
  ]) {
    const loaded = new Set([...loadedWith('hot.js'), ...loadedWith(command(name))]);
    t.notOk(
      [...loaded].some(module => module.startsWith('group:')),
      name,
    );
    t.ok(loaded.size <= 4, `${name}: ${[...loaded].join(' ')}`);
  }
});

t.test('What is said of a missing image is loaded with the search for it', async t => {
  const where = [...MODULES]
    .filter(([, text]) => text.includes('or make the file first'))
    .map(([name]) => name);
  t.same(where, ['group:prepare.js']);
});
