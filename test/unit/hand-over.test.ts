import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PROJECT, runAs } from './executable.ts';

const SMALL = join(PROJECT, 'dist/block-snapshot');
const LARGER = 'block-snapshot-tools';

/** The small program in a folder of its own, where `larger` is what it finds beside it. */
function installed(folder: string, larger?: string): string {
  copyFileSync(SMALL, join(folder, 'block-snapshot'));
  if (larger !== undefined) {
    writeFileSync(join(folder, LARGER), larger);
    chmodSync(join(folder, LARGER), 0o755);
  }
  return join(folder, 'block-snapshot');
}

t.test('What is not hot is left to the larger program, with all that it was given', async t => {
  const folder = t.testdir();
  const small = installed(
    folder,
    `#!/bin/bash\nprintf '<%s>' "$@" >&3\ncat\nprintf ' %s' "$GIVEN"\nexit 7\n`,
  );
  const { status, stdout, output } = spawnSync(small, ['revert', '--abandon', 'ä b', ''], {
    encoding: 'utf8',
    input: 'from standard input',
    env: { GIVEN: 'variable' },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  t.equal(status, 7);
  t.equal(stdout, 'from standard input variable');
  t.equal(output[3], '<revert><--abandon><ä b><>');
});

t.test('It is the same process, which nothing keeps from being ended by a reader that has gone', async t => {
  const folder = t.testdir();
  const small = installed(folder, '#!/bin/bash\necho $$; grep SigIgn /proc/self/status\n');
  const { stdout, pid } = spawnSync(small, ['list'], { encoding: 'utf8' });
  const [number, ignored] = stdout.trim().split('\n');
  t.equal(Number(number), pid);
  const plain = spawnSync('grep', ['SigIgn', '/proc/self/status'], { encoding: 'utf8' }).stdout.trim();
  t.equal(ignored, plain);
});

t.test('By the name domain-xml it is domain-xml, whichever way it is called', async t => {
  const folder = t.testdir();
  symlinkSync(SMALL, join(folder, 'domain-xml'));
  t.match(spawnSync(join(folder, 'domain-xml'), ['--help'], { encoding: 'utf8' }), {
    status: 0,
    stdout: /render/,
  });
  t.match(spawnSync('domain-xml', ['--help'], { env: { PATH: folder }, encoding: 'utf8' }), {
    status: 0,
    stdout: /render/,
  });
});

t.test('Without the larger one, one line says what to install', async t => {
  const folder = t.testdir();
  const small = installed(folder);
  symlinkSync('block-snapshot', join(folder, 'domain-xml'));
  for (const [program, parameters, what] of [
    [small, ['commit', '/x'], 'commit'],
    [small, ['list'], 'list'],
    [join(folder, 'domain-xml'), ['render', 'vm'], 'domain-xml'],
  ] as const)
    t.match(spawnSync(program, parameters, { encoding: 'utf8' }), {
      status: 1,
      stdout: '',
      stderr: `block-snapshot: ${what} needs ${folder}/${LARGER}, which is not there: install ${LARGER}\n`,
    });
  mkdirSync(join(folder, LARGER));
  t.match(spawnSync(small, ['list'], { encoding: 'utf8' }), {
    status: 1,
    stderr: `block-snapshot: list cannot be run by ${folder}/${LARGER} (EACCES): see ls -l ${folder}/${LARGER}, or install ${LARGER} again\n`,
  });
});

t.test(
  'Without it, --help of what the small one does is a line, and one that says what to install',
  async t => {
    const folder = t.testdir();
    const small = installed(folder);
    symlinkSync('block-snapshot', join(folder, 'create-snapshot'));
    const rest = 'For the rest of this help, and what else there is, install block-snapshot-tools.\n';
    for (const [program, parameters, usage] of [
      [
        small,
        ['prepare', '--help'],
        'block-snapshot prepare snapshot|origin|reflink|reflink-origin IMAGES [--force] [--dry-run]',
      ],
      [
        small,
        ['cleanup', 'snapshot', '-h'],
        'block-snapshot cleanup snapshot|origin|reflink|reflink-origin NODE [--dry-run]',
      ],
      [small, ['add', '-h'], 'block-snapshot|block-origin|block-reflink|block-reflink-origin add|remove'],
      [join(folder, 'create-snapshot'), ['-h'], 'create-snapshot snapshot-...|origin-... BASE COW [COW2...]'],
    ] as const)
      t.match(spawnSync(program, parameters, { encoding: 'utf8' }), {
        status: 0,
        stdout: `usage: ${usage}\n${rest}`,
        stderr: '',
      });
    t.match(spawnSync(small, ['--help'], { encoding: 'utf8' }), {
      status: 0,
      stdout: /^usage: block-snapshot prepare .*\n {7}block-snapshot cleanup .*\n/,
    });
  },
);

t.test('The larger one does all that the small one does', async t => {
  for (const parameters of [['--help'], ['prepare', 'snapshot', '/none:/none'], ['nonsense'], []])
    t.same(runAs(LARGER, ...parameters), runAs('block-snapshot', ...parameters));
});
