import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { chunkBytes, storeSize } from '../../src/devices/plan/exception-store.ts';
import { DEFAULT_SETTINGS, isOurChunk, parseSettings } from '../../src/devices/plan/settings.ts';
import { sectors } from '../../src/devices/plan/units.ts';
import { PROJECT } from './executable.ts';

const FILE = '/etc/block-snapshot.conf';

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was wrong';
}

t.test('the configuration that is installed says what the defaults are', test => {
  const installed = readFileSync(join(PROJECT, 'etc/block-snapshot.conf'), 'utf8');
  test.same(parseSettings(installed, FILE), DEFAULT_SETTINGS);
  for (const key of [
    'REVISIONS',
    'COMMIT_ON_STOP',
    'CHUNK_SIZE',
    'DIRECT_IO',
    'RESERVE',
    'COMMIT_COMMAND',
    'BASE_TIMEOUT',
  ])
    test.match(installed, new RegExp(`^# .*\n${key}=`, 'm'), `${key} is given, and explained above`);
  test.end();
});

t.test('every key has its effect, and blanks around it have none', test => {
  test.same(parseSettings('', FILE), DEFAULT_SETTINGS);
  test.same(parseSettings(' REVISIONS = 3 \n\n  # COMMIT_ON_STOP=maybe\nCOMMIT_ON_STOP=no\r\n', FILE), {
    ...DEFAULT_SETTINGS,
    revisions: 3,
    commitOnStop: false,
  });
  for (const value of ['on', 'off'])
    test.equal(parseSettings(`RESERVE=${value}`, FILE).reserve, value === 'on');
  test.same(parseSettings('CHUNK_SIZE=1M\nDIRECT_IO=off\nREVISIONS=0', FILE), {
    ...DEFAULT_SETTINGS,
    revisions: 0,
    chunk: 2048,
    directIo: 'off',
  });
  test.end();
});

t.test('a mistake is named by file and line, with what would be right', test => {
  for (const [text, reason] of [
    ['REVISIONS=1\nREVISION=2', 'line 2: there is no key REVISION: there are REVISIONS, COMMIT_ON_STOP,'],
    ['REVISIONS=-1', 'line 1: REVISIONS is -1: it has to be a number from 0 to 100'],
    ['REVISIONS=101', 'line 1: REVISIONS is 101'],
    ['REVISIONS=', 'line 1: REVISIONS is empty'],
    ['# one\n\nCOMMIT_ON_STOP=Yes', 'line 3: COMMIT_ON_STOP is Yes: it has to be yes or no'],
    ['CHUNK_SIZE=100K', 'line 1: CHUNK_SIZE is 100K: it has to be 32K, 64K, 128K, 256K, 512K, 1M'],
    ['CHUNK_SIZE=toString', 'line 1: CHUNK_SIZE is toString'],
    ['DIRECT_IO="on"', 'line 1: DIRECT_IO is "on": it has to be on or off'],
    ['RESERVE=yes', 'line 1: RESERVE is yes: it has to be on or off'],
    [
      'COMMIT_COMMAND=commit.sh',
      'line 1: COMMIT_COMMAND is commit.sh: it has to be the absolute path of a program, or nothing',
    ],
    ['BASE_TIMEOUT=0', 'line 1: BASE_TIMEOUT is 0: it has to be a number from 1 to 10'],
    ['BASE_TIMEOUT=11', 'line 1: BASE_TIMEOUT is 11: it has to be a number from 1 to 10'],
    ['DIRECT_IO=on\nDIRECT_IO=off', 'line 2: DIRECT_IO is given already in line 1'],
    ['constructor=1', 'line 1: there is no key constructor'],
    ['nonsense', 'line 1: nonsense is not KEY=VALUE'],
    ['\u001b[2Jnonsense', 'line 1: \\x1b[2Jnonsense is not KEY=VALUE'],
  ] as const)
    test.equal(
      messageOf(() => parseSettings(text, FILE)).slice(0, FILE.length + 1 + reason.length),
      `${FILE} ${reason}`,
    );
  test.end();
});

t.test('a store has room for everything with every chunk size that can be chosen', test => {
  for (const chunk of [64, 128, 256, 512, 1024, 2048].map(sectors)) {
    test.ok(isOurChunk(chunk));
    const perArea = chunkBytes(chunk) / 16;
    test.equal(storeSize(sectors(chunk * (perArea + 1)), chunk), (perArea + 1 + 2 + 2) * chunkBytes(chunk));
  }
  for (const chunk of [0, 8, 16, 32, 255, 4096].map(sectors)) test.notOk(isOurChunk(chunk));
  test.end();
});
