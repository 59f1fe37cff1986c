import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadAddonFrom } from '../../src/native/addon.ts';
import { allCalls } from '../engine/calls.ts';
import type { Outcome } from '../engine/outcome.ts';
import { PROJECT, runAs } from './executable.ts';

const SMALL = join(PROJECT, 'dist/block-snapshot');
const PROBE = join(PROJECT, 'dist/engine/probe');

interface Report {
  runtime: string;
  language: Record<string, unknown>;
  calls: Record<string, Outcome>;
}

/** A folder as test/engine/calls.ts wants it. */
function folderFor(folder: string): string {
  mkdirSync(folder);
  writeFileSync(join(folder, 'latin1'), Buffer.from('ha\xe4t \xed\xa0\x80 \xf0\x9d', 'latin1'));
  writeFileSync(join(folder, 'text'), 'text');
  writeFileSync(join(folder, 'holes'), Buffer.alloc(65_536, 'data'));
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xff, 0xed, 0xa0, 0x80])]), '');
  return folder;
}

function probe(folder: string, environment: NodeJS.ProcessEnv = { ENGINE_TEST: 'välue' }): Report {
  const output = execFileSync(PROBE, ['a', 'ä', folder], {
    encoding: 'utf8',
    env: environment,
    maxBuffer: 1 << 26,
  });
  return JSON.parse(output) as Report;
}

/**
 * Where there is no device-mapper, the engine says so whenever it is asked, and libdevmapper once; before that, to whoever may not make its
 * folder, that it may not.
 */
function sayControlOnce(calls: Record<string, Outcome>): void {
  const thrown = Object.values(calls).flatMap(answer => ('throws' in answer ? [answer.throws] : []));
  const begins = (words: string) => thrown.filter(({ detail }) => String(detail).startsWith(words));
  for (const answer of [
    ...begins('/dev/mapper/control: ').slice(1),
    ...begins('/dev/mapper: mkdir failed: '),
  ])
    answer['detail'] = '';
}

t.test('Every function of the addon answers the engine as it answers Node, with each error', async t => {
  const parent = t.testdir();
  // The same path for both: it is in what is thrown.
  const folder = join(parent, 'files');
  const { runtime, calls } = probe(folderFor(folder));
  t.match(runtime, /^quickjs-ng \d+\.\d+\.\d+$/);
  execFileSync('rm', ['-r', folder]);
  folderFor(folder);
  process.env['ENGINE_TEST'] = 'välue';
  loadAddonFrom(join(PROJECT, 'dist/block-snapshot.node'));
  const onNode = JSON.parse(JSON.stringify(allCalls(folder))) as Record<string, Outcome>;
  delete onNode['parameters'];
  t.same(calls['parameters'], { gives: ['a', 'ä'] });
  delete calls['parameters'];
  t.same(Object.keys(calls), Object.keys(onNode));
  t.match(calls['deviceMapperVersions()'], { gives: { library: 'none' } });
  const versions = Object.keys(onNode).filter(name => name.startsWith('deviceMapperVersions'));
  for (const name of versions) calls[name] = onNode[name] as Outcome;
  for (const either of [calls, onNode]) sayControlOnce(either);
  const differing = Object.keys(onNode).filter(
    name => JSON.stringify(calls[name]) !== JSON.stringify(onNode[name]),
  );
  t.same(
    differing.map(name => [name, calls[name]]),
    differing.map(name => [name, onNode[name]]),
  );
  t.ok(Object.keys(calls).length > 2500, `${Object.keys(calls).length} calls`);
});

t.test('More than JavaScript can count is refused, not rounded', async t => {
  const { calls } = probe(folderFor(join(t.testdir(), 'files')));
  const refusal = { throws: { name: 'TypeError', message: 'addon: expected a whole number in its range' } };
  t.match(calls['longer than can be told'], refusal);
  t.match(calls['from where nobody can tell'], refusal);
  t.match(calls['as long as can be told'], { throws: { code: 'EFBIG' } });
});

t.test('A path that is no UTF-8 is never another path', async t => {
  const { calls } = probe(folderFor(join(t.testdir(), 'files')));
  t.match(calls['names in a folder'], {
    gives: ['f\ufffd\ufffd\ufffd\ufffd', 'holes', 'latin1', 'text'],
  });
});

t.test('Nothing makes code out of text, and what is too deep or too much is an error', async t => {
  const { language } = probe(folderFor(join(t.testdir(), 'files')));
  t.same(language['makers'], []);
  for (const way of ['by a function', 'by an asynchronous one', 'by a generator'])
    t.match(language[way], { throws: { name: 'TypeError', message: 'eval is not supported' } }, way);
  t.match(language, {
    'too deep': { throws: { message: /stack/ } },
    'too much': { throws: { message: /memory/ } },
    'alive afterwards': 1024 * 1024,
  });
});

t.test('What it cannot calculate ends it, and is never calculated wrong', async t => {
  for (const name of ['sin', 'pow', 'cbrt', 'log2', 'atan2', 'hypot']) {
    const { status, stdout, stderr } = spawnSync(PROBE, ['Math', name], { encoding: 'utf8' });
    t.same(
      { status, stdout, stderr },
      {
        status: 1,
        stdout: '',
        stderr: `block-snapshot: internal error: Math.${name} is not in this program\n`,
      },
    );
  }
  t.match(
    spawnSync(PROBE, ['Math', 'max']).stderr.toString(),
    'ENOENT',
    'what it can is called, and it goes on',
  );
});

t.test('No page of it can be both written and run', async t => {
  const child = spawn(join(PROJECT, 'dist/block-snapshot-qemu'), ['vm', 'prepare', 'begin', '-']);
  // More than a pipe holds is gone when it has been read: it is at work.
  const text = Buffer.alloc(4 * 1024 * 1024, 'urn:block-snapshot:devices:1 ');
  if (!child.stdin.write(text)) await once(child.stdin, 'drain');
  const maps = readFileSync(`/proc/${child.pid}/maps`, 'utf8').trim().split('\n');
  child.kill('SIGKILL');
  await once(child, 'close');
  t.ok(maps.some(line => / r-xp .*\/block-snapshot$/.test(line)));
  t.same(
    maps.filter(line => /^\S+ .?w.?x/.test(line.replace(/^(\S+) (.)(.)(.)/, '$1 $2$3$4'))),
    [],
  );
});

t.test('It is hardened and stripped, and needs no library but that of C', async t => {
  const header = execFileSync('readelf', ['-hlW', SMALL], { encoding: 'utf8' });
  const dynamic = execFileSync('readelf', ['-dW', SMALL], { encoding: 'utf8' });
  const sections = execFileSync('readelf', ['-SW', SMALL], { encoding: 'utf8' });
  const imported = execFileSync('readelf', ['--dyn-syms', '-W', SMALL], { encoding: 'utf8' });
  t.match(header, /Type:\s+DYN/);
  t.match(header, /GNU_RELRO/);
  t.match(header, /GNU_STACK\s.*\bRW\s/);
  t.match(dynamic, /FLAGS_1\).*\bNOW\b.*\bPIE\b/);
  t.notMatch(sections, /\.symtab/);
  t.match(imported, /__stack_chk_fail/);
  t.match(imported, /__\w+_chk@/);
  const libraries = Array.from(dynamic.matchAll(/NEEDED.*\[(.*?)\.so/g), ([, name = '']) => name);
  t.same(libraries, ['libc']);
  t.ok(readFileSync(SMALL).length <= 1_500_000);
});

t.test("No variable of the environment that is an engine's or a runtime's changes anything", async t => {
  const variables = {
    BUN_BE_BUN: '1',
    BUN_OPTIONS: '--version',
    BUN_JSC_dumpOptions: '2',
    NODE_OPTIONS: '--version',
    QJS_DUMP_FLAGS: '0xffffff',
    QUICKJS_STACK_SIZE: '1',
  };
  for (const parameters of [['--version'], ['prepare', 'snapshot', '/none:/none'], ['nonsense']]) {
    const options = { encoding: 'utf8', timeout: 20_000 } as const;
    const plain = spawnSync(SMALL, parameters, { ...options, env: {} });
    const { status, stdout, stderr } = spawnSync(SMALL, parameters, { ...options, env: variables });
    t.same({ status, stdout, stderr }, { status: plain.status, stdout: plain.stdout, stderr: plain.stderr });
  }
});

t.test('A descriptor that is closed is never that of somebody’s file', async t => {
  const { status, stderr } = spawnSync('bash', ['-c', '"$0" --version >&-', SMALL], { encoding: 'utf8' });
  t.match({ status, stderr }, { status: 0, stderr: '' });
  t.equal(spawnSync('bash', ['-c', '"$0" nonsense 0<&- 2>&-', SMALL]).status, 2);
});

t.test('The renderer is hardened and stripped likewise, and needs nothing of device-mapper', async t => {
  const renderer = join(PROJECT, 'dist/domain-xml');
  const read = (what: string) => execFileSync('readelf', [what, '-W', renderer], { encoding: 'utf8' });
  t.match(read('-hl'), /Type:\s+DYN/);
  t.match(read('-l'), /GNU_RELRO/);
  t.match(read('-l'), /GNU_STACK\s.*\bRW\s/);
  t.match(read('-d'), /FLAGS_1\).*\bNOW\b.*\bPIE\b/);
  t.notMatch(read('-S'), /\.symtab/);
  t.match(read('--dyn-syms'), /__stack_chk_fail/);
  const libraries = Array.from(read('-d').matchAll(/NEEDED.*\[(.*?)\.so/g), ([, name = '']) => name);
  t.same(libraries.sort(), ['libc', 'libm']);
  t.ok(readFileSync(renderer).length <= 2_000_000);
});

t.test('No page of the renderer can be both written and run', async t => {
  const child = spawn(join(PROJECT, 'dist/domain-xml'), ['render', 'work', '--vm', '-']);
  // More than a pipe holds is gone when it has been read: it is at work.
  if (!child.stdin.write(Buffer.alloc(1024 * 1024, ' '))) await once(child.stdin, 'drain');
  const maps = readFileSync(`/proc/${child.pid}/maps`, 'utf8').trim().split('\n');
  child.kill('SIGKILL');
  await once(child, 'close');
  t.ok(maps.some(line => / r-xp .*\/domain-xml$/.test(line)));
  t.same(
    maps.filter(line => /^\S+ .?w.?x/.test(line.replace(/^(\S+) (.)(.)(.)/, '$1 $2$3$4'))),
    [],
  );
});

t.test('The engine is named by --version, and its licence is in what is built', async t => {
  t.match(
    runAs('block-snapshot', '--version').stdout,
    /^block-snapshot \d\S* \(quickjs-ng \d+\.\d+\.\d+\)\n$/,
  );
  t.match(readFileSync(join(PROJECT, 'dist/engine/LICENSE'), 'utf8'), 'Permission is hereby granted');
});
