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
  t.ok(position > 0, `it needs ${NEEDED}, as README says`);
  t.match(readFileSync(join(PROJECT, 'README.md'), 'utf8'), 'glibc 2.33');
  bytes.write('GLIBC_9.99', position);
  writeFileSync(path, bytes);
  t.throws(() => loadAddonFrom(path), {
    message: /^cannot load \S+: it needs glibc 9\.99 or newer, which this system does not have \(.*\)$/,
  });
});

t.test('an addon that is missing or something else says what to do, in one line', async t => {
  const path = join(t.testdir(), 'block-snapshot.node');
  t.throws(() => loadAddonFrom(path), { message: /^cannot load .*: install block-snapshot again.*$/ });
  writeFileSync(path, 'no shared object');
  t.throws(() => loadAddonFrom(path), { message: /^cannot load .*: install block-snapshot again.*$/ });
});
