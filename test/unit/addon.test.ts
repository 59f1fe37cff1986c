import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadAddonFrom } from '../../src/native/addon.ts';
import { PROJECT } from './executable.ts';

const ADDON = join(PROJECT, 'dist/block-snapshot.node');
const NEEDED = 'GLIBC_2.33';

t.test('an addon that needs a newer glibc than there is says so, in one line', async t => {
  const path = join(t.testdir(), 'block-snapshot.node');
  // The name of the version that it needs, made one that no glibc has.
  const bytes = readFileSync(ADDON);
  const position = bytes.indexOf(`${NEEDED}\0`);
  t.ok(position > 0, `it needs ${NEEDED}`);
  bytes.write('GLIBC_9.99', position);
  writeFileSync(path, bytes);
  t.throws(() => loadAddonFrom(path), {
    message: /^cannot load .+: it needs glibc 9\.99 or newer, which this system does not have \(.*\)$/,
  });
});

t.test('README names the C library that executables need, whichever they are built with', async t => {
  const needed = ['block-snapshot', 'domain-xml', 'block-snapshot-tools', 'block-snapshot.node'].flatMap(
    name =>
      [
        ...execFileSync('readelf', ['-W', '--version-info', join(PROJECT, 'dist', name)], {
          encoding: 'utf8',
        }).matchAll(/\bGLIBC_2\.(\d+)/g),
      ].map(([, version]) => Number(version)),
  );
  const named = Number(/ glibc 2\.(\d+)\b/.exec(readFileSync(join(PROJECT, 'README.md'), 'utf8'))?.[1]);
  t.equal(Math.max(...needed), named);
});

t.test('an addon that is missing or something else says what to do, in one line', async t => {
  const path = join(t.testdir(), 'block-snapshot.node');
  t.throws(() => loadAddonFrom(path), { message: /^cannot load .*: install block-snapshot again.*$/ });
  writeFileSync(path, 'no shared object');
  t.throws(() => loadAddonFrom(path), { message: /^cannot load .*: install block-snapshot again.*$/ });
});

t.test('a pipe in the place of a small file is refused, and not waited for', async t => {
  const pipe = join(t.testdir(), 'record');
  execFileSync('mkfifo', [pipe]);
  const addon = loadAddonFrom(ADDON);
  t.throws(() => addon.readText(pipe), { code: 'ESPIPE' });
  t.throws(() => addon.readWholeText(pipe), { code: 'ESPIPE' });
});

t.test('a descriptor that is negative is refused at once, and never waited for', async t => {
  const addon = loadAddonFrom(ADDON);
  const refusal = { code: 'EBADF', message: 'use descriptor -1: EBADF' };
  t.throws(() => addon.writeText(-1, 'x'), refusal);
  t.throws(() => addon.receiveBytes(-1, 1, 2 ** 31), refusal);
  t.throws(() => addon.closeFile(-1), refusal);
  t.throws(() => addon.readAt(-(2 ** 31), 0, 1), { code: 'EBADF' });
});

t.test('an empty path is none of a socket outside the filesystem', async t => {
  const addon = loadAddonFrom(ADDON);
  t.throws(() => addon.connectUnixSocket('', 1000), { code: 'ENOENT', operation: 'connect' });
  t.throws(() => addon.sendDatagram('', 'x'), { code: 'ENOENT' });
});

t.test('flags for udev that have no room in its event are no others', async t => {
  const addon = loadAddonFrom(ADDON);
  const mistake = { name: 'TypeError', message: 'addon: expected a whole number in its range' };
  t.throws(() => addon.resumeDevice('none', 0, 65536), mistake);
  t.throws(() => addon.removeDevice('none', 0, 65536 + 2), mistake);
});
