import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { CACHE_FOLDER } from '../../src/domain-xml/compiled/cache.ts';
import { both, call, LARGER, RENDERER } from './support/both.ts';
import { description, SAMPLES, sampleFile } from './support/descriptions.ts';
import { TEMPLATES } from './support/project.ts';
import { family, HOST_MEMORY, KERNELS, makeFamilyFiles } from './support/qubes-family.ts';
import { qubesXmlText } from './support/qubes-xml-text.ts';
import { type Misbehaviour, Qubesd } from './support/qubesd.ts';
import { folderWith } from './support/run.ts';

// The renderer gives what the larger program gives, byte by byte, wherever the data and the templates come from.

// What is kept there is put aside for this test, and is there again afterwards.
const aside = existsSync(CACHE_FOLDER) ? `${mkdtempSync(`${CACHE_FOLDER}-`)}/kept` : undefined;
if (aside !== undefined) renameSync(CACHE_FOLDER, aside);
t.teardown(() => {
  rmSync(CACHE_FOLDER, { recursive: true, force: true });
  if (aside === undefined) return;
  renameSync(aside, CACHE_FOLDER);
  rmSync(join(aside, '..'), { recursive: true });
});

t.setTimeout(600_000);
const folder = folderWith(t, {});
makeFamilyFiles(folder);
const model = family(folder);
const qubesXml = join(folder, 'qubes.xml');
writeFileSync(qubesXml, qubesXmlText(model));
const shipped = ['--templates', TEMPLATES];
const kernels = ['--kernels', join(folder, KERNELS)];
const ofHost = [...kernels, '--host-memory', String(HOST_MEMORY)];

async function daemonWith(name: string, misbehave: Misbehaviour): Promise<string> {
  return (await Qubesd.start(t, join(folder, `${name}.sock`), model, misbehave)).socket;
}

const good = await daemonWith('good', () => undefined);

const device = JSON.stringify({ frontend_domain: { name: 'work' } });
const CALLS: [string, string[], string?][] = [
  ...SAMPLES.map(sample => [sample, ['work', '--vm', sampleFile(sample), ...shipped]] as [string, string[]]),
  ['standard input', ['work', '--vm', '-', ...shipped], JSON.stringify(description('hvm_net'))],
  [
    'a device that does not fit',
    ['work', '--vm', sampleFile('pv'), '--part', 'devices/pci.xml', '--device', '-', ...shipped],
    device,
  ],
  ['a part', ['work', '--vm', sampleFile('hvm_net'), '--part', 'devices/net.xml', ...shipped]],
  ['another name', ['personal', '--vm', sampleFile('pv'), ...shipped]],
  ...model.vms.flatMap(({ name }) =>
    ['4.1', '4.2', '4.3'].flatMap(release => [
      [
        `${name} in qubes.xml, R${release}`,
        [name, '--qubes-xml', qubesXml, ...ofHost, '--release', release, ...shipped],
      ] as [string, string[]],
      [
        `${name} from qubesd, R${release}`,
        [name, '--qubesd', good, ...kernels, '--release', release, ...shipped],
      ] as [string, string[]],
    ]),
  ),
];

t.test('every source gives the same bytes, warnings and errors', async t => {
  let rendered = 0;
  for (const [title, args, input = ''] of CALLS) {
    const [small, large] = await both(['render', ...args], { input });
    t.same(small, large, title);
    if (large.status === 0) rendered += 1;
  }
  t.ok(rendered > SAMPLES.length + 20, `${rendered} of ${CALLS.length} have been rendered`);
});

t.test('what goes to a file, new and old, is the same', async t => {
  const file = join(folder, 'out.xml');
  for (const before of ['none', 'before']) {
    const written = [];
    for (const program of [RENDERER, LARGER]) {
      rmSync(file, { force: true });
      if (before !== 'none') writeFileSync(file, before, { mode: 0o640 });
      const called = await call(program, [
        'render',
        'work',
        '--vm',
        sampleFile('pv'),
        ...shipped,
        '-o',
        file,
      ]);
      t.same(called, { status: 0, out: '', errors: '' });
      written.push(readFileSync(file, 'utf8'));
    }
    t.equal(written[0], written[1]);
    t.match(written[0], '<name>work</name>');
  }
  const nowhere = ['render', 'work', '--vm', sampleFile('pv'), ...shipped, '-o', '/none/out.xml'];
  const [small, large] = await both(nowhere);
  t.same(small, large);
  t.equal(small.status, 1);
});

t.test('templates that were edited are compiled, kept, and found again by either program', async t => {
  const edited = join(folder, 'edited');
  cpSync(TEMPLATES, edited, { recursive: true });
  for (const name of readdirSync(edited, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.xml')) {
      const path = join(edited, name);
      writeFileSync(path, `{# edited #}${readFileSync(path, 'utf8')}`);
    }
  const args = ['render', 'work', '--vm', sampleFile('hvm_net'), '--templates', edited];
  const [plain] = await both(['render', 'work', '--vm', sampleFile('hvm_net'), ...shipped]);
  const kept = () => (existsSync(CACHE_FOLDER) ? readdirSync(CACHE_FOLDER).sort() : []);
  const asRoot = process.geteuid?.() === 0;
  const entries: string[][] = [];
  for (const [first, second] of [
    [RENDERER, LARGER],
    [LARGER, RENDERER],
  ] as const) {
    rmSync(CACHE_FOLDER, { recursive: true, force: true });
    t.same(await call(first, args), plain, 'cold');
    const made = kept();
    t.equal(made.length > 0, asRoot, 'root keeps what it has compiled');
    const texts = made.map(name => readFileSync(join(CACHE_FOLDER, name), 'utf8'));
    t.same(await call(second, args), plain, 'warm');
    t.same(
      kept().map(name => readFileSync(join(CACHE_FOLDER, name), 'utf8')),
      texts,
    );
    entries.push(texts);
    t.same(await call(first, args), plain, 'warm for the first');
  }
  t.same(entries[0], entries[1], 'both compile to the same code');
});

t.test('what is in the cache is used by the renderer', async t => {
  if (process.geteuid?.() !== 0) {
    t.notOk(existsSync(CACHE_FOLDER));
    return;
  }
  const own = folderWith(t, { 'libvirt/xen.xml': '<a>{{ vm.name }}</a>' });
  const args = ['render', 'work', '--vm', sampleFile('pv'), '--templates', own];
  rmSync(CACHE_FOLDER, { recursive: true, force: true });
  t.equal((await call(RENDERER, args)).out, '<a>work</a>');
  const [name = ''] = readdirSync(CACHE_FOLDER);
  const path = join(CACHE_FOLDER, name);
  const entry = readFileSync(path, 'utf8');
  writeFileSync(path, entry.replaceAll('<a>', '<b>'));
  t.equal((await call(RENDERER, args)).out, '<a>work</a>', 'one that was changed is none');
  t.equal(readFileSync(path, 'utf8'), entry, 'and is made anew');
});

const METHOD = 'admin.vm.feature.List';
const MISBEHAVIOUR: [string, ReturnType<Misbehaviour>][] = [
  ['nothing', { bytes: Buffer.alloc(0) }],
  ['half a head', { bytes: Buffer.from('0') }],
  ['half a line', 'timezo'],
  ['too much', 'x'.repeat(6 * 1024 * 1024)],
  ['no UTF-8', { bytes: Buffer.from([0x30, 0, 0xff]) }],
  ['an exception', { exception: 'PermissionDenied', message: 'Access %s', words: ['denied'] }],
  ['no end', 'drip'],
  ['no answer', 'hang'],
];

t.test('every misbehaviour of qubesd ends in the same line', async t => {
  for (const [title, answer] of MISBEHAVIOUR) {
    const socket = await daemonWith(title, ({ method, destination }) =>
      method === METHOD && destination === 'work' ? answer : undefined,
    );
    const [small, large] = await both(['render', 'work', '--qubesd', socket, ...shipped]);
    t.same(small, large, title);
    t.match(small, {
      status: 1,
      out: '',
      errors: /^domain-xml: qubesd, admin\.vm\.feature\.List of VM work: .*\n$/,
    });
  }
  const [small, large] = await both(['render', 'work', '--qubesd', join(folder, 'nowhere'), ...shipped]);
  t.same(small, large, 'nobody there');
  t.match(small.errors, /nobody listens/);
});
