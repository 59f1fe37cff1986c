import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { codeOf } from './code-of.ts';
import { PROJECT } from './executable.ts';
import { LOADED_BY, RENDERER_ENTRIES } from './hot-modules.ts';
import { loadedWith, readImports } from './imports.ts';

const imports = readImports();
const modules = [...imports.keys()];

/** From the ground up: what stands on one line are neighbours. A module imports its neighbours and what is below. */
const FLOORS = [
  ['host', 'native', 'words', 'xml'],
  ['devices', 'jinja'],
  ['claims'],
  ['templates', 'reflink'],
  ['disks'],
  ['xen'],
  ['libvirt'],
  ['overview', 'domain-xml'],
  ['doctor'],
  ['programs'],
  ['hot.ts', 'main.ts', 'render.ts'],
];

/** Inside devices: what each of its rooms may import of them. The files beside the rooms are its face. */
const ROOMS_OF_DEVICES: Readonly<Record<string, readonly string[]>> = {
  plan: ['plan'],
  request: ['plan', 'request'],
  kernel: ['plan', 'request', 'kernel', 'configuration.ts'],
};

/** What others may use of a room: nothing else of it. */
const FACES: readonly { room: string; of: RegExp; face: RegExp }[] = [
  { room: 'jinja', of: /./, face: /^jinja\/index\.ts$/ },
  { room: 'devices', of: /^programs\//, face: /^devices\/(request\/)?[a-z-]+\.ts$/ },
];

/** Who may import what is not ours. Whatever is not named here nobody may. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  '@dagrejs/dagre': /^overview\/graph\//,
  '@xmldom/xmldom': /^xml\//,
  'cli-progress': /^words\/progress-display\.ts$|^programs\/domain-xml\/progress\.ts$/,
  execa: /^domain-xml\/program\.ts$/,
  nunjucks: /^jinja\/(compile|syntax|loader\.ts|host\.ts)/,
  picocolors: /^words\/colours\.ts$/,
  'proper-lockfile': /^templates\/operation-lock\.ts$/,
  saxes: /^domain-xml\/qubes-xml\/tree\.ts$/,
  'string-width': /^words\/width\.ts$|^overview\/graph\//,
  yargs: /^programs\//,
  'node:child_process': /^doctor\/other-process\.ts$|^templates\/commit-command\.ts$/,
  'node:crypto': /^domain-xml\/compiled\/templates-module\.ts$/,
  'node:fs':
    /^domain-xml\/(compiled\/(templates-module|write-templates)|define|private-folder|schema\/\w+|vm-names)\.ts$|^templates\/revert\/abandon-plan\.ts$|^programs\/manual\/(complete|write-shared)\.ts$/,
  'node:path':
    /^domain-xml\/(compiled\/templates-module|define|schema\/validate)\.ts$|^programs\/manual\/write-shared\.ts$/,
  'node:readline': /^programs\/block-snapshot\/template\/confirm\.ts$/,
  'node:timers':
    /^doctor\/examine\.ts$|^domain-xml\/run-domain\.ts$|^templates\/|^programs\/block-snapshot\/overview\/list\.ts$/,
  'node:url': /^domain-xml\/|^programs\/manual\/write-shared\.ts$/,
};

function roomOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function floorOf(file: string): number {
  return FLOORS.findIndex(rooms => rooms.includes(roomOf(file)));
}

function packageOf(specifier: string): string {
  const [scope = '', name] = specifier.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

/** Every import of one of our modules by another, as `from -> to`, that a rule refuses. */
function refused(allows: (from: string, to: string) => boolean): string[] {
  return modules.flatMap(from =>
    (imports.get(from) ?? [])
      .filter(({ isPackage, target }) => !isPackage && !allows(from, target))
      .map(({ target }) => `${from} -> ${target}`),
  );
}

t.test('every module is on a floor, and what it imports is there', test => {
  test.same(
    modules.filter(file => floorOf(file) < 0),
    [],
  );
  test.same(
    refused((_, to) => imports.has(to)),
    [],
  );
  test.ok(modules.length > 300, `${modules.length} modules were read`);
  test.end();
});

t.test('no module imports one of a higher floor', test => {
  test.same(
    refused((from, to) => floorOf(to) <= floorOf(from)),
    [],
  );
  test.end();
});

t.test(
  'inside devices nothing imports upwards: plan, request, kernel, and the files that join them',
  test => {
    test.same(
      refused((from, to) => {
        const [, room = '', ...rest] = from.split('/');
        if (roomOf(from) !== 'devices' || roomOf(to) !== 'devices' || rest.length === 0) return true;
        return ROOMS_OF_DEVICES[room]?.includes(to.split('/')[1] ?? '') === true;
      }),
      [],
    );
    test.end();
  },
);

t.test('a room with a face is used through it alone', test => {
  test.same(
    refused((from, to) =>
      FACES.every(
        ({ room, of, face }) =>
          roomOf(to) !== room || roomOf(from) === room || !of.test(from) || face.test(to),
      ),
    ),
    [],
  );
  test.end();
});

t.test('packages, and what Node brings, are imported where they are meant to be, and nowhere else', test => {
  const used = modules.flatMap(from =>
    (imports.get(from) ?? [])
      .filter(({ isPackage }) => isPackage)
      .map(({ target }) => ({ from, name: packageOf(target) })),
  );
  test.same(
    used.filter(({ from, name }) => PACKAGES[name]?.test(from) !== true),
    [],
  );
  const names = new Set(used.map(({ name }) => name));
  test.same(
    Object.keys(PACKAGES).filter(name => !names.has(name)),
    [],
    'and none is allowed for nobody',
  );
  test.end();
});

t.test('each hot command loads exactly the modules that are listed for it, and none with a package', test => {
  for (const { command, entries, modules: listed } of LOADED_BY) {
    const loaded = loadedWith(imports, ...entries);
    test.same(
      loaded.filter(file => !listed.includes(file)),
      [],
      `${command} loads nothing that is not listed`,
    );
    test.same(
      listed.filter(file => !loaded.includes(file)),
      [],
      `nothing is listed that ${command} does not load`,
    );
    // What parses a domain's XML is loaded for a domain of ours alone.
    const packages = loaded
      .filter(file => file !== 'xml/document.ts')
      .filter(file =>
        imports.get(file)?.some(({ isPackage, typesOnly, lazy }) => isPackage && !typesOnly && !lazy),
      );
    test.same(packages, [], `${command} loads no package`);
  }
  test.end();
});

/** What Node has besides the language: nothing of it is there on the engine that runs the hot path. */
const HOST_GLOBALS = [
  'console',
  'require',
  ...Object.getOwnPropertyNames(globalThis).filter(
    name => !runInNewContext('Object.getOwnPropertyNames(globalThis)').includes(name),
  ),
];

/** What one of the renderer's entries loads, by itself. */
const RENDERER = loadedWith(imports, 'render.ts', ...RENDERER_ENTRIES);

t.test('the renderer loads its packages, and none that needs Node', test => {
  const loaded = RENDERER.flatMap(file =>
    (imports.get(file) ?? [])
      .filter(({ isPackage, typesOnly }) => isPackage && !typesOnly)
      .map(({ target }) => packageOf(target)),
  );
  test.same([...new Set(loaded)].sort(), ['nunjucks', 'saxes']);
  const lazily = RENDERER.flatMap(file =>
    (imports.get(file) ?? []).filter(({ lazy, typesOnly }) => lazy && !typesOnly).map(({ target }) => target),
  );
  test.same(
    [...new Set(lazily)].filter(target => !RENDERER.includes(target)),
    ['domain-xml/program.ts'],
    'what it loads later is listed, but for what asks Xen, which is left to the larger program',
  );
  test.end();
});

t.test('the small programs name nothing that only Node or Bun has: the host face has it for them', test => {
  const hot = new Set([...LOADED_BY.flatMap(({ modules: listed }) => listed), ...RENDERER]);
  hot.delete('host/node.ts');
  hot.delete('host/exchange-of-node.ts');
  // Written by the build, of templates, in whose texts there may be anything.
  hot.delete('domain-xml/compiled/shipped-templates.js');
  const word = new RegExp(`(?<![.\\w$#])(?:${HOST_GLOBALS.join('|')})\\b(?!\\s*[?:](?!:))`, 'g');
  for (const name of ['Buffer', 'process', 'performance', 'setTimeout', 'TextDecoder'])
    test.ok(HOST_GLOBALS.includes(name), `${name} is looked for`);
  const used = [...hot].flatMap(file => {
    const code = codeOf(readFileSync(join(PROJECT, 'src', file), 'utf8'));
    const own = (name: string) =>
      new RegExp(`\\b(?:interface|type|class) ${name}\\b|import [^;]*\\b${name}\\b`).test(code);
    return [...(code.match(word) ?? []), ...(code.match(/'node:[^']*'/g) ?? [])]
      .filter(name => !own(name))
      .map(name => `${file}: ${name}`);
  });
  test.same(used, []);
  test.end();
});

/** Where a type may name null: at the addon, and where the data is JSON, which Python's None is written as. */
const KNOWS_NULL = [
  /^native\/addon\.ts$/,
  /^jinja\//,
  /^domain-xml\/(admin-api|qubes|qubes-xml|vm)\//,
  /^domain-xml\/(references|which)\.ts$/,
];

t.test('null is a word of JSON and of the addon: inside, what is not there is undefined', test => {
  const naming = modules.filter(file =>
    /^(?!\s*(?:\*|\/)).*(?:[^|]\| null\b|\bnull \| |: null[;,)])/m.test(
      readFileSync(join(PROJECT, 'src', file), 'utf8'),
    ),
  );
  test.same(
    naming.filter(file => file.endsWith('.ts') && !KNOWS_NULL.some(place => place.test(file))),
    [],
  );
  for (const place of KNOWS_NULL)
    test.ok(
      naming.some(file => place.test(file)),
      `${place} is named for something`,
    );
  test.end();
});

t.test('no comment says Raises where @throws is meant', test => {
  const raising = modules.filter(file =>
    /^\s*\*.*\bRaises\b/m.test(readFileSync(join(PROJECT, 'src', file), 'utf8')),
  );
  test.same(raising, []);
  test.end();
});

t.test('ARCHITECTURE.md names every folder of src and test, and no other', test => {
  const text = readFileSync(join(PROJECT, 'ARCHITECTURE.md'), 'utf8');
  const folders = ['src', 'test'].flatMap(top =>
    readdirSync(join(PROJECT, top), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => `${entry.parentPath.slice(PROJECT.length + 1)}/${entry.name}`),
  );
  const named = new Set(
    Array.from(text.matchAll(/`((?:src|test)\/[a-z0-9/-]+?)\/?`/g), ([, path = '']) => path),
  );
  test.same(
    folders.filter(folder => !named.has(folder)),
    [],
    'none is missing',
  );
  test.same(
    [...named].filter(path => !folders.includes(path)),
    [],
    'none is named that is not there',
  );
  test.end();
});
