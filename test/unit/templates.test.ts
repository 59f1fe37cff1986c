import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { areaPosition, countExceptions } from '../../src/devices/plan/exception-store.ts';
import { revisionOf, revisionPath } from '../../src/devices/plan/own-cow.ts';
import { sectors } from '../../src/devices/plan/units.ts';
import { loadAddonFrom } from '../../src/native/addon.ts';
import { templateFiles } from '../../src/templates/template-files.ts';
import { PROJECT, runAs } from './executable.ts';

loadAddonFrom(join(PROJECT, 'dist/block-snapshot.node'));
const folder = mkdtempSync(join(tmpdir(), 'templates-'));
t.teardown(() => rmSync(folder, { recursive: true }));

t.test('a template is given by its folder or by its image', test => {
  const own = join(folder, 'own');
  mkdirSync(own);
  const files = (argument: string) => {
    const { image, cow } = templateFiles(argument);
    return [image.path, cow.path];
  };
  const expected = [join(own, 'root.img'), join(own, 'root-cow.img')];
  for (const argument of [own, `${own}/`, `${own}//`, join(own, 'root.img')])
    test.same(files(argument), expected);
  symlinkSync(own, join(folder, 'link'));
  test.same(files(join(folder, 'link')), [join(folder, 'link/root.img'), join(folder, 'link/root-cow.img')]);
  test.same(files('/nowhere/fedora.img'), ['/nowhere/fedora.img', '/nowhere/fedora-cow.img']);
  writeFileSync(join(own, 'root.img'), '');
  for (const [argument, reason] of [
    ['root.img', 'template root.img is a relative path'],
    ['', 'the path of a template is empty: give its folder or its image'],
    ['/a\nb.img', 'template /a\\x0ab.img has a newline in its path'],
    [
      '/nowhere/disk.raw',
      'template /nowhere/disk.raw is neither a folder nor an image whose name ends with .img',
    ],
    [join(own, 'root-cow.img'), `is the cow of ${join(own, 'root.img')}: give that as the template`],
    [`/${'x'.repeat(5000)}.img`, 'has a path longer than 4095 bytes'],
    [`/${'x'.repeat(300)}.img`, 'has a name too long for its filesystem'],
    [join(own, `${'x'.repeat(251)}.img`), 'has a name too long for its cow to lie beside it: rename it'],
    [join(own, `${'漢'.repeat(83)}.img`), 'has a name too long for its cow to lie beside it: rename it'],
  ] as const)
    test.throws(() => templateFiles(argument), {
      message: new RegExp(reason.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')),
    });
  test.end();
});

t.test('the names of revisions are read back, and no other name is one', test => {
  const cow = '/t/root-cow.img';
  test.same(
    [1, 2, 3].map(number => revisionPath(cow, number)),
    [`${cow}.old`, `${cow}.old.1`, `${cow}.old.2`],
  );
  for (const number of [1, 2, 11, 101]) test.equal(revisionOf(cow, revisionPath(cow, number)), number);
  for (const name of ['', '.old.0', '.old.01', '.old.x', '.old.new', '.old1', '.new', '.old.-1', '.old.1.2'])
    test.equal(revisionOf(cow, cow + name), undefined, name);
  test.end();
});

t.test('the exceptions of a piece of metadata are counted up to the first that names no chunk', test => {
  const metadata = (...chunks: number[]) => {
    const buffer = new ArrayBuffer(64);
    chunks.forEach((chunk, index) => {
      new DataView(buffer).setBigUint64(index * 16 + 8, BigInt(chunk), true);
    });
    return buffer;
  };
  test.equal(countExceptions(metadata()), 0);
  test.equal(countExceptions(metadata(2, 3)), 2);
  test.equal(countExceptions(metadata(2, 0, 3)), 1);
  test.equal(countExceptions(metadata(2, 3, 4, 2 ** 40)), 4, 'all of it');
  test.equal(areaPosition(0, sectors(256)), 131_072);
  test.equal(areaPosition(1, sectors(256)), (1 + 8193) * 131_072);
  test.end();
});

t.test('wrong usage of the commands on templates is one line, and exit status 2', test => {
  for (const [parameters, reason] of [
    [['commit'], 'TEMPLATE is missing: usage: block-snapshot commit TEMPLATE [--dry-run] [--json]'],
    [['revert', '/a.img', '/b.img'], 'too many arguments: usage: block-snapshot revert TEMPLATE'],
    [['revert', '/a.img', '--revision', '0'], '--revision 0 is not the number of a revision'],
    [['revert', '/a.img', '--revision', 'x\n'], '--revision x\\x0a is not the number of a revision'],
    [['revert', '/a.img', '--revision'], 'revision'],
    [['revert', '/a.img', '--revision', '1', '--revision', '2'], '--revision is given more than once'],
    [['revisions', '/a.img', '--yes'], 'Unknown argument: yes: usage: block-snapshot revisions TEMPLATE'],
    [['trim', '/a.img', '--no-json'], 'Unknown argument'],
  ] as const) {
    const { status, stdout, stderr } = runAs('block-snapshot', ...parameters);
    test.same([status, stdout, stderr.split('\n').length], [2, '', 2], parameters.join(' '));
    test.match(stderr, reason);
  }
  for (const command of ['commit', 'revert', 'revisions', 'trim']) {
    const help = runAs('block-snapshot', command, '--help');
    test.same([help.status, help.stderr], [0, '']);
    test.match(help.stdout, 'TEMPLATE is a folder with root.img in it');
    const missing = runAs('block-snapshot', command, '/nowhere/root.img');
    test.same([missing.status, missing.stdout], [1, '']);
    test.equal(
      missing.stderr,
      'block-snapshot: template /nowhere/root.img does not exist: check the path, or make the file first\n',
    );
  }
  test.end();
});
