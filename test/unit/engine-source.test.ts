import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PROJECT } from './executable.ts';

const FOUND = join(PROJECT, 'dist/engine');
const WITHOUT_APT = 'bash cat cc cp cut dirname grep mkdir mktemp pkg-config rm sed sha256sum'.split(' ');

/** Runs tools/engine.sh with these programs alone, so that nothing is fetched. @returns where the engine should be then */
function find(folder: string, environment: Record<string, string>) {
  const programs = join(folder, 'bin');
  mkdirSync(programs);
  for (const name of WITHOUT_APT) {
    const place = ['/usr/bin', '/bin'].map(bin => join(bin, name)).find(existsSync);
    if (place !== undefined) symlinkSync(place, join(programs, name));
  }
  const result = spawnSync(join(PROJECT, 'tools/engine.sh'), [join(folder, 'engine')], {
    encoding: 'utf8',
    env: { PATH: programs, HOME: folder, ...environment },
  });
  return { ...result, engine: join(folder, 'engine') };
}

t.test('Without the engine one line says what to install', async t => {
  const { status, stdout, stderr, engine } = find(t.testdir(), {});
  t.match({ status, stdout }, { status: 1, stdout: '' });
  t.equal(
    stderr,
    'engine: quickjs-ng is missing: install what Debian calls libqjs-dev, or give its source with QUICKJS=/path\n',
  );
  t.notOk(existsSync(engine));
});

t.test('A folder that is not its source is named', async t => {
  const folder = t.testdir({ source: {} });
  const { status, stderr } = find(folder, { QUICKJS: join(folder, 'source') });
  t.equal(status, 1);
  t.equal(stderr, `engine: ${folder}/source has no quickjs.c: it is not the source of quickjs-ng\n`);
});

t.test('One that is installed is taken, with its licence', async t => {
  const folder = t.testdir({ lib: {}, include: {} });
  copyFileSync(join(FOUND, 'libqjs.a'), join(folder, 'lib/libqjs.a'));
  copyFileSync(join(FOUND, 'include/quickjs.h'), join(folder, 'include/quickjs.h'));
  writeFileSync(
    join(folder, 'qjs.pc'),
    `libdir=${folder}/lib\nincludedir=${folder}/include\nName: qjs\nDescription: quickjs-ng\nVersion: 0.17.0\n`,
  );
  const { status, stderr, engine } = find(folder, { PKG_CONFIG_PATH: folder });
  t.match({ status, stderr }, { status: 0, stderr: '' });
  for (const name of ['LICENSE', 'include/quickjs.h'])
    t.same(readFileSync(join(engine, name)), readFileSync(join(FOUND, name)), name);
  for (const name of ['libqjs.a', 'compiler/libqjs.a'])
    t.same(readFileSync(join(engine, name)), readFileSync(join(FOUND, 'libqjs.a')), name);
});
