import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { runAs } from './executable.ts';

const LOCKS = '/run/block-snapshot';
const hadLocks = existsSync(LOCKS);

t.test('wrong usage is one line with the right usage, and exit 2', test => {
  const stack = '/a:/b';
  for (const [parameters, reason] of [
    [[], 'no command given'],
    [['frobnicate'], 'frobnicate is not a command'],
    [['prepare'], 'missing argument'],
    [['prepare', 'snapshot'], 'missing argument'],
    [['prepare', 'disk', stack], 'disk is neither snapshot nor origin'],
    [['prepare', 'snapshot', stack, 'more'], 'too many arguments'],
    [['cleanup'], 'missing argument'],
    [['cleanup', 'disk', 'x'], 'disk is neither snapshot nor origin'],
    [['constructor'], 'constructor is not a command'],
    [['derive'], 'TEMPLATE is missing'],
    [['derive', '/a.img'], 'NEW is missing'],
    [['derive', '/a.img', '/b.img', '/c.img'], 'too many arguments'],
    [['convert', '/a.img'], 'KIND is missing'],
    [['convert', '/a.img', 'clones'], 'clones is neither snapshot nor reflink'],
    [['dedupe', '/a.img'], 'TEMPLATE is missing'],
    [['dedupe', '/a.img', '/b.img', '--rate', '0'], '--rate 0 is no number of bytes'],
    [['dedupe', '/a.img', '/b.img', '--rate', '1T'], '--rate 1T is no number of bytes'],
    [['dedupe', '/a.img', '/b.img', '--rate', '1', '--rate', '2'], '--rate is given more than once'],
  ] as const) {
    const { status, stdout, stderr } = runAs('block-snapshot', ...parameters);
    test.same([status, stdout, stderr.split('\n').length], [2, '', 2], parameters.join(' '));
    test.match(stderr, `block-snapshot: ${reason}`);
  }
  test.equal(runAs('create-snapshot', 'snapshot-1:2-3:4', '/a').status, 2);
  test.equal(runAs('destroy-snapshot').status, 2);
  test.end();
});

t.test('no name that somebody has chosen reaches a terminal as a command to it', test => {
  const hostile = '/x/no\u001b[31mred\u202e\u0007\u2028';
  let shown = 0;
  for (const [program, ...parameters] of [
    ['block-snapshot', 'prepare', 'snapshot', `${hostile}:/y`],
    ['block-snapshot', 'prepare', 'snapshot', `/dev/null:${hostile}`],
    ['block-snapshot', 'prepare', hostile, '/a:/b'],
    ['block-snapshot', 'cleanup', 'snapshot', hostile],
    ['block-snapshot', 'commit', hostile],
    ['block-snapshot', 'revisions', hostile],
    ['block-snapshot', 'trim', hostile],
    ['block-snapshot', 'derive', hostile, '/x'],
    ['block-snapshot', 'dedupe', hostile, '/x', '--rate', '1M'],
    ['block-snapshot', 'dedupe', '/x', '/y', '--rate', hostile],
    ['block-snapshot', 'convert', hostile, 'reflink'],
    ['block-snapshot', 'convert', '/a.img', hostile],
    ['block-snapshot', 'volatile', hostile],
    ['block-snapshot', 'volatile', '/a', '--swap', hostile],
    ['block-snapshot', 'revert', '--yes', hostile],
    ['block-snapshot', 'revert', '--revision', hostile, '/a'],
    ['block-snapshot', 'list', hostile],
    ['block-snapshot', 'graph', '--output', hostile, 'more'],
    ['block-snapshot', hostile],
    ['create-snapshot', hostile, '/a', '/b'],
    ['destroy-snapshot', hostile],
    ['domain-xml', 'render', hostile, '--vm', hostile],
    ['domain-xml', 'which', 'x', '--templates', hostile],
    ['domain-xml', hostile],
  ] as const) {
    const { status, stdout, stderr } = runAs(program, ...parameters);
    // Not the hostile name itself: a line of TAP that holds it is none, and the test would count as passed without any.
    test.ok((status ?? 0) > 0, [program, ...parameters].join(' ').replaceAll(hostile, 'HOSTILE'));
    test.equal(stdout, '');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
    test.match(stderr, /^[^\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]*\n$/);
    // Some say what is wrong without the name.
    if (stderr.includes('/x/no')) {
      test.match(stderr, /\\(?:x|u00)1b\[31mred/);
      shown += 1;
    }
  }
  test.ok(shown >= 10, `${shown} show it`);
  test.end();
});

t.test('--help and --version answer on standard output', test => {
  test.match(runAs('block-snapshot', '--help'), {
    status: 0,
    stdout: /^block-snapshot - .*^ {2}prepare {2,}Make the device/ms,
    stderr: '',
  });
  test.match(runAs('block-snapshot', '--version'), {
    status: 0,
    stdout: /^block-snapshot \d+\.\d+\.\d+ \(quickjs-ng \d+\.\d+\.\d+\)\n$/,
    stderr: '',
  });
  test.match(runAs('create-snapshot', '--help'), { status: 0, stdout: /create-snapshot/ });
  test.end();
});

t.test('a path that is no image gets a line that names it, exit 1, and nothing changes', async test => {
  const folder = test.testdir({ folder: {}, 'root.img': 'x'.repeat(4096), 'root-cow.img': 'x'.repeat(4096) });
  const at = (name: string) => join(folder, name);
  writeFileSync(at('empty.img'), '');
  writeFileSync(at('tiny.img'), 'x');
  execFileSync('mkfifo', [at('fifo')]);
  symlinkSync(at('circle'), at('circle'));
  // A socket's path has to be short.
  const shortFolder = mkdtempSync(join(tmpdir(), 'bad-input-'));
  test.teardown(() => rmSync(shortFolder, { recursive: true }));
  const socket = join(shortFolder, 'socket');
  const server = createServer().listen(socket);
  await new Promise(resolve => server.once('listening', resolve));
  const [root, cow, missing] = [at('root.img'), at('root-cow.img'), at('missing-image')];
  for (const [images, reason] of [
    [`${missing}:${cow}`, `base ${missing} does not exist`],
    [`${root}:${missing}`, `cow ${missing} does not exist`],
    [`${root}:${cow}:${missing}`, `cow ${missing} does not exist`],
    [`${root}/x:${cow}`, `base ${root}/x does not exist`],
    [`${at('folder')}:${cow}`, `base ${at('folder')} is a directory`],
    [`${root}:${at('folder')}`, `cow ${at('folder')} is a directory`],
    [`${socket}:${cow}`, `base ${socket} is a socket`],
    [`${root}:${at('fifo')}`, `cow ${at('fifo')} is a named pipe`],
    [`/dev/null:${cow}`, 'base /dev/null is a character device'],
    [`${at('empty.img')}:${cow}`, `base ${at('empty.img')} is empty`],
    [`${at('tiny.img')}:${cow}`, `base ${at('tiny.img')} has 1 bytes, less than one sector`],
    [`root.img:${cow}`, 'base root.img is a relative path'],
    [`${root}:cow.img`, 'cow cow.img is a relative path'],
    [`${root}`, 'names no cow'],
    ['', 'names no cow'],
    [`${root}::${cow}`, 'the path of a cow is empty'],
    [`:${cow}`, 'the path of a base is empty'],
    [`${root}:${cow}:`, 'the path of a cow is empty'],
    [`${at('circle')}:${cow}`, `base ${at('circle')} is a symbolic link that leads in a circle`],
    [`${root}\n:${cow}`, 'has a newline in its path'],
    [`/${'x'.repeat(4096)}:${cow}`, 'has a path longer than 4095 bytes'],
    [`/${'y'.repeat(300)}:${cow}`, 'has a name too long for its filesystem'],
  ] as const) {
    const { status, stdout, stderr } = runAs('block-snapshot', 'prepare', 'snapshot', images);
    test.same([status, stdout, stderr.split('\n').length], [1, '', 2], reason);
    test.match(stderr, reason);
    test.notMatch(stderr, /undefined|\bat .*:\d+/);
  }
  server.close();
  test.equal(existsSync(LOCKS), hadLocks, 'not even a lock was made');
});

t.test('an origin with two cows is refused', test => {
  test.match(runAs('block-snapshot', 'prepare', 'origin', '/a:/b:/c'), {
    status: 1,
    stderr: 'block-snapshot: /a:/b:/c has 2 cows: an origin takes one, BASE:COW\n',
  });
  test.end();
});

t.test('a node that is none of ours is refused', test => {
  for (const [type, node] of [
    ['snapshot', 'vg-root'],
    ['snapshot', '/dev/sda'],
    ['snapshot', ''],
    ['snapshot', 'snapshot-1:2'],
    ['snapshot', 'origin-1:2'],
    ['snapshot', 'snapshot-1:2-3:4\n'],
    ['origin', 'snapshot-1:2-3:4'],
    ['origin', '/dev/mapper/../mapper/origin-1:2'],
  ] as const) {
    const { status, stderr } = runAs('block-snapshot', 'cleanup', type, node);
    test.equal(status, 1, node);
    test.match(stderr, /is not the name of (a snapshot|an origin): give the node that prepare printed/);
  }
  test.end();
});
