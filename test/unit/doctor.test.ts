// What doctor concludes, without a kernel.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FAULTS, faultsOf, kernelVersion, type Version } from '../../src/doctor/bad-kernels.ts';
import { cookiesOlderThan } from '../../src/doctor/cookies.ts';
import { deviceFindings } from '../../src/doctor/devices.ts';
import { installedFolder } from '../../src/doctor/installation.ts';
import { kernelFindings } from '../../src/doctor/kernel.ts';
import { KINDS } from '../../src/doctor/kinds.ts';
import { isOlderThanHookFolders } from '../../src/doctor/libvirt-version.ts';
import { looksAt } from '../../src/doctor/lvm.ts';
import { path, said } from '../../src/doctor/said.ts';
import { commandText } from '../../src/doctor/text.ts';
import { veiled, verbatim } from '../../src/doctor/veil.ts';
import { overviewOf } from '../../src/overview/build/overview-of.ts';
import { PROJECT } from './executable.ts';
import { World } from './overview/world.ts';

t.test('docs/doctor.md has every kind with its meaning and its mending, and no other', test => {
  const text = readFileSync(join(PROJECT, 'docs/doctor.md'), 'utf8');
  const rows = Array.from(text.matchAll(/^\| `([a-z-]+)` \| (.+) \| (.+) \|$/gm), ([, ...cells]) => cells);
  const kinds = rows.filter(([name = '']) => name.includes('-'));
  test.same(
    kinds,
    Object.entries(KINDS).map(([kind, { means, mended }]) => [kind, means, mended]),
  );
  test.end();
});

t.test('a document that a finding points to is named where it is installed, and is one of those', test => {
  const texts = Object.values(KINDS).map(({ means, mended }) => `${means} ${mended}`);
  const named = texts.flatMap(text => text.match(/\S*\.md\b/g) ?? []);
  test.ok(named.length > 0);
  for (const document of named) {
    test.match(document, /^\/usr\/share\/doc\/block-snapshot\//);
    test.ok(
      existsSync(join(PROJECT, document.replace(/^\/usr\/share\/doc\/block-snapshot\//, ''))),
      document,
    );
  }
  test.end();
});

t.test('docs/doctor.md has every fault of a kernel, and where it is mended', test => {
  const text = readFileSync(join(PROJECT, 'docs/doctor.md'), 'utf8');
  const number = (version: Version) => version.join('.').replace(/\.0$/, '');
  for (const { what, source, fixed, backports } of FAULTS)
    test.match(
      text,
      `| ${what} | ${source} | ${[fixed, ...[...backports].reverse()].map(number).join(', ')} |`,
    );
  test.end();
});

t.test('every kind is planted, or concluded, in a test', test => {
  const folder = join(PROJECT, 'test/kernel/guest/doctor');
  const files = readdirSync(folder).map(name => join(folder, name));
  const tests = [...files, join(PROJECT, 'test/unit/doctor.test.ts')]
    .map(file => readFileSync(file, 'utf8'))
    .join('\n');
  test.same(
    Object.keys(KINDS).filter(kind => !tests.includes(`'${kind}'`)),
    [],
  );
  test.end();
});

t.test('a kernel has the faults that neither its release nor its branch has mended', test => {
  const count = (...version: Version) => faultsOf(version).length;
  test.equal(count(5, 10, 8), 4);
  test.equal(count(5, 10, 9), 3);
  test.equal(count(5, 10, 41), 3);
  test.equal(count(5, 10, 42), 2);
  test.equal(count(5, 12, 8), 3);
  test.equal(count(5, 12, 9), 2);
  test.equal(count(6, 1, 82), 2);
  test.equal(count(6, 1, 83), 1);
  test.equal(count(6, 1, 84), 0);
  test.equal(count(6, 5, 13), 2, 'a branch that was given no fix');
  test.equal(count(6, 8, 1), 2);
  test.equal(count(6, 9, 0), 0);
  test.equal(count(7, 0, 0), 0);
  test.end();
});

t.test('the version of a kernel is that of its package where uname names its interface', test => {
  const debian = 'Linux version 6.1.0-28-amd64 (...) #1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22)';
  test.same(kernelVersion('6.1.0-28-amd64', debian), [6, 1, 119]);
  test.same(kernelVersion('6.6.48-1.qubes.fc37.x86_64', 'Linux version 6.6.48'), [6, 6, 48]);
  test.same(kernelVersion('7.0', 'Linux version 7.0'), [7, 0, 0]);
  test.equal(kernelVersion('unknown', ''), undefined);
  test.end();
});

t.test('LVM looks at our devices unless its filter, or its list of devices, keeps it from them', test => {
  const both = ['/dev/mapper/snapshot-fd00:1-fd00:2', '/dev/mapper/origin-fd00:1'];
  const documented =
    /^ {4}devices \{\n[^}]*\}\n/m.exec(readFileSync(join(PROJECT, 'docs/lvm.md'), 'utf8'))?.[0] ?? '';
  const filtered = (filter: string) => looksAt(`devices {\n  global_filter = ${filter}\n}\n`, false);
  test.same(looksAt(documented, false), []);
  test.same(looksAt('', false), both);
  test.same(looksAt(documented.replace('global', '# global'), false), both, 'a comment is none');
  test.same(looksAt('', true), [], 'it reads what is listed alone');
  test.same(looksAt('devices {\n use_devicesfile = 0\n}', true), both, 'unless it is told not to');
  test.same(filtered('[ "r|^/dev/mapper/snapshot|" ]'), both.slice(1));
  test.same(filtered('[ "a|.*|", "r|^/dev/mapper/|" ]'), both, 'the first pattern that fits decides');
  test.same(filtered('[ "a|^/dev/sda|",\n "r/.*/" ] # all else'), []);
  test.same(filtered('"r|.*|"'), [], 'one need not be in brackets');
  test.throws(() => filtered('[ "x|y|" ]'), { message: /a pattern that is none/ });
  test.throws(() => filtered('[ "r|(|" ]'), { message: /cannot be understood/ });
  test.end();
});

t.test("libdevmapper's semaphores are known by their keys, and old by their times", test => {
  const table = `       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime
 223152045          0   600          1     0     0     0     0 1000 900
 223152046          1   600          1     0     0     0     0 0 900
 223152047          2   600          1     0     0     0     0 0 2000
      1234          3   600          1     0     0     0     0 0 900
`;
  test.same(cookiesOlderThan(table, 1500), ['0xd4d07ad', '0xd4d07ae']);
  test.same(cookiesOlderThan(table, 950), ['0xd4d07ae']);
  test.same(cookiesOlderThan('', 1500), []);
  test.end();
});

t.test('a merge that failed is found, and no command that could not help is given', test => {
  const world = new World();
  const base = world.base('/t/root.img');
  world.version(base, { status: { kind: 'merge failed' }, merging: true });
  const facts = world.facts;
  const findings = deviceFindings({ facts, overview: overviewOf(facts) });
  test.match(findings, [{ kind: 'merge-failed', mend: [] }]);
  test.end();
});

t.test('of a kernel its faults are said, or that it is too old', test => {
  const kinds = (release: string) => kernelFindings(release, '').map(({ kind }) => kind);
  test.same(kinds('5.7.19'), ['old-kernel']);
  test.same(kinds('6.1.83-1.qubes'), ['bad-kernel']);
  test.same(kinds('6.12.5'), []);
  test.throws(() => kernelFindings('unknown', ''), { message: /which is no number/ });
  test.end();
});

t.test('hooks are looked for where this libvirt runs them, and by what is installed', test => {
  test.equal(isOlderThanHookFolders([6, 4, 0]), true);
  test.equal(isOlderThanHookFolders([6, 5, 0]), false);
  test.equal(installedFolder('/usr/lib/block-snapshot/block-snapshot-tools'), '/usr/lib/block-snapshot');
  test.equal(installedFolder('/home/me/block-snapshot/dist/block-snapshot-tools'), undefined);
  test.end();
});

t.test('what is private has a number in a report, the same for the same, and is whole otherwise', test => {
  const [one, other] = [path('/secret/one'), path("/it's/another")];
  const text = said`${one} is ${other}, not ${one}`;
  test.equal(veiled().text(text), '[path 1] is [path 2], not [path 1]');
  test.equal(verbatim().text(text), "/secret/one is /it's/another, not /secret/one");
  test.equal(commandText(['rm', other], verbatim()), `rm '/it'\\''s/another'`);
  test.equal(commandText(['rm', other], veiled()), 'rm [path 1]');
  test.equal(
    verbatim().text(said`${path('/a\n\u001b[2J')}`),
    '/a\\x0a\\x1b[2J',
    'and harmless to a terminal',
  );
  test.end();
});
