import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { PROJECT } from './executable.ts';

// What the scripts around the build say of a machine that lacks something. Whole machines are tried by `make test-fresh`.

/** A folder with programs in it that stand in the place of the machine's own. */
function programs(t: Test, scripts: Record<string, string>): string {
  const folder = t.testdir();
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/bash\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

function run(script: string, parameters: string[], environment: Record<string, string>) {
  const { status, stdout, stderr } = spawnSync(script, parameters, { encoding: 'utf8', env: environment });
  return { status, stdout, stderr };
}

const NEEDS = join(PROJECT, 'test/needs.sh');
/** Nothing is installed but gcc, for somebody who is not root. */
const BARE = {
  'dpkg-query': 'echo "installed gcc"; exit 1',
  id: 'echo 1000',
  'apt-cache': 'echo "  Candidate: 20.19.2+dfsg-1"',
};
/** The PATH of a machine without Node: the tools of the scripts, and no more. */
const TOOLS = ['bash', 'dirname', 'grep', 'head', 'sed', 'sort', 'tr', 'uniq'];

function pathOf(t: Test, scripts: Record<string, string>): string {
  const tools = TOOLS.map(name => [name, `exec /usr/bin/${name} "$@"`]);
  return programs(t, { ...Object.fromEntries(tools), ...scripts });
}

t.test('All packages that are missing are named at once, Node among them', async t => {
  t.same(run(NEEDS, ['node', 'build'], { PATH: pathOf(t, BARE) }), {
    status: 1,
    stdout: '',
    stderr:
      'make: packages are missing; as root: apt-get install --no-install-recommends ' +
      'ca-certificates libc6-dev libdevmapper-dev nodejs npm pkg-config\n',
  });
});

t.test('Who is not root is asked for what makes the image for Xen without root', async t => {
  t.match(run(NEEDS, ['xen'], { PATH: pathOf(t, { ...BARE, node: 'echo v20.19.0' }) }), {
    status: 1,
    stderr: / mmdebstrap .*uidmap /,
  });
});

t.test('A Node that is too old is refused in one line, with all else that is missing', async t => {
  const old = { ...BARE, node: 'echo v18.20.4', npm: '' };
  const folder = pathOf(t, old);
  t.same(run(NEEDS, ['node', 'build'], { PATH: folder }), {
    status: 1,
    stdout: '',
    stderr:
      `make: Node 20.19 or newer is needed, and ${folder}/node is 18.20.4: as root: apt-get install npm, npm install --global node@20; ` +
      'missing as well, as root: apt-get install --no-install-recommends libc6-dev libdevmapper-dev pkg-config\n',
  });
});

t.test('A Debian whose own Node is too old is not asked to install it', async t => {
  const { status, stderr } = run(NEEDS, ['node'], {
    PATH: pathOf(t, { ...BARE, 'apt-cache': 'echo "  Candidate: 18.20.4+dfsg-1~deb12u1"' }),
  });
  t.equal(status, 1);
  t.match(stderr, /^make: Node 20\.19 or newer is needed, and that of this Debian is 18\.20\.4: .*\n$/);
});

t.test('Root on a machine that knows of no package yet installs none before Node is known to do', async t => {
  const calls = join(t.testdirName, 'calls');
  const { status, stderr } = run(NEEDS, ['node', 'build'], {
    PATH: pathOf(t, {
      ...BARE,
      id: 'echo 0',
      'apt-get': `echo "$@" >>"${calls}"`,
      'apt-cache': `[ -e "${calls}" ] && echo "  Candidate: 18.20.4+dfsg-1~deb12u1" || echo "  Candidate: (none)"`,
    }),
  });
  t.equal(status, 1);
  t.match(stderr, /that of this Debian is 18\.20\.4: /);
  t.equal(readFileSync(calls, 'utf8'), '-q update\n');
});

t.test('Where nothing is missing nothing is said', async t => {
  const complete = { 'dpkg-query': 'for package; do echo "installed $package"; done', id: 'echo 1000' };
  const path = pathOf(t, { ...complete, node: 'echo v20.19.0', npm: '' });
  t.same(run(NEEDS, ['node', 'build', 'kernel'], { PATH: path }), { status: 0, stdout: '', stderr: '' });
});

t.test('Without a network npm is not tried for minutes, and the reason is one line', async t => {
  const npm = `[ "$1" = view ] && echo 'npm ERR! request to https://registry.example/node-api-headers failed, reason: EAI_AGAIN' || echo 'npm ERR! code ENOTCACHED'
echo "$@" >>"$CALLS"; exit 1`;
  const folder = programs(t, { npm });
  const calls = join(folder, 'calls');
  const environment = { PATH: `${folder}:/usr/bin:/bin`, HOME: folder, CALLS: calls };
  t.same(run(join(PROJECT, 'tools/npm-packages.sh'), [], environment), {
    status: 1,
    stdout: '',
    stderr:
      'make: npm cannot fetch what package-lock.json lists, and has not kept all of it from before: ' +
      'request to https://registry.example/node-api-headers failed, reason: EAI_AGAIN\n',
  });
  t.same(readFileSync(calls, 'utf8').split('\n'), [
    'view node-api-headers version --fetch-retries=0',
    'ci --no-progress --offline',
    '',
  ]);
});

t.test('Without HOME what is fetched is kept where the user is at home', async t => {
  const source = `. "${PROJECT}/tools/cache.sh" && echo "$cache"`;
  const { stdout } = spawnSync('bash', ['-euc', source], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin' },
  });
  const home = spawnSync('bash', ['-c', 'getent passwd "$(id -u)" | cut -d : -f 6'], { encoding: 'utf8' });
  t.equal(stdout, `${home.stdout.trim()}/.cache/block-snapshot\n`);
});

t.test('Temporary files go where programs can be run', async t => {
  const script = join(PROJECT, 'tools/temporary-folder.sh');
  const folder = t.testdir();
  const environment = { PATH: '/usr/bin:/bin', HOME: folder };
  t.equal(run(script, [], { ...environment, TMPDIR: folder }).stdout, `${folder}\n`);
  t.equal(run(script, [], { ...environment, TMPDIR: join(folder, 'none') }).stdout, '/var/tmp\n');
});

t.test('A lab that fails hides no other, and what has failed is named at the very end', async t => {
  const folder = programs(t, {
    make: `echo "$*" >>"${t.testdirName}/calls"
case $* in *test-kernel*) echo "failed: a lab" >"${t.testdirName}/build/failed.txt"; exit 2 ;; esac`,
  });
  mkdirSync(join(folder, 'test/xen/lab'), { recursive: true });
  copyFileSync(join(PROJECT, 'test/all.sh'), join(folder, 'test/all.sh'));
  writeFileSync(join(folder, 'test/xen/lab/build-image.sh'), '#!/bin/bash\necho "no image" >&2; exit 1\n');
  chmodSync(join(folder, 'test/xen/lab/build-image.sh'), 0o755);
  const outcome = run(join(folder, 'test/all.sh'), [join(folder, 'make')], { PATH: '/usr/bin:/bin' });
  t.same(outcome, {
    status: 1,
    stdout: 'failed: a lab\n',
    stderr: 'no image\nmake: not all tests have passed; with failures: test-kernel, the image for Xen\n',
  });
  t.match(
    readFileSync(join(folder, 'calls'), 'utf8'),
    /test-kernel\n.* test-xen test-beside-xen\n.* test-after-xen\n$/,
  );
});

t.test('A limit in time that has ended tests names the variable that gives them more', async t => {
  const said = (tap: string, environment: Record<string, string>) => {
    const folder = programs(t, { tap });
    mkdirSync(join(folder, 'test'));
    copyFileSync(join(PROJECT, 'test/tap.sh'), join(folder, 'test/tap.sh'));
    mkdirSync(join(folder, 'build'));
    return run(join(folder, 'test/tap.sh'), ['20'], { PATH: `${folder}:/usr/bin:/bin`, ...environment });
  };
  t.match(said('echo "# Subtest: a slow one"; exec sleep infinity', { TEST_MINUTES: '0.01' }), {
    status: 124,
    stdout: / {2}not done after 0\.01 minutes \(TEST_MINUTES= gives them more\), ended in: a slow one\n$/,
  });
  t.match(
    said("printf '# Subtest: a slow one\\nnot ok 1 - timeout!\\n'; exit 1", { TEST_FILE_SECONDS: '7' }),
    {
      status: 1,
      stdout: / {2}a file may take 7 seconds \(TEST_FILE_SECONDS= gives it more\)\n$/,
    },
  );
});
