import { join } from 'node:path';
import t from 'tap';
import { imageKey } from '../../../src/devices/plan/image-key.ts';
import { parseSnapshotStatus } from '../../../src/devices/plan/snapshot-status.ts';
import { loadAddonFrom } from '../../../src/native/addon.ts';
import { type Found, locateFile } from '../../../src/overview/kernel/attached-loops.ts';
import { readServedDisks } from '../../../src/overview/users/vm-disks.ts';
import { PROJECT, runAs } from '../executable.ts';

loadAddonFrom(join(PROJECT, 'dist/block-snapshot.node'));

const KEY = imageKey(1n, 7n);

/** A stat that knows these paths, by their inodes. */
function statuses(files: Record<string, bigint>): (path: string) => Found {
  return path =>
    files[path] === undefined
      ? 'nothing'
      : {
          kind: 'file',
          device: 1n,
          inode: files[path],
          rdev: 0n,
          size: 8,
          allocated: 4,
          user: 0,
          group: 0,
          mode: 0o600,
          links: 1,
          modified: 0,
          changed: 0n,
        };
}

t.test('the path of a loop device counts only where it leads to the very file', test => {
  const placeOf = (shown: string, files: Record<string, bigint>) => {
    const { path, place } = locateFile(shown, KEY, statuses(files));
    return [path, place];
  };
  test.same(placeOf('/a', { '/a': 7n }), ['/a', 'present']);
  test.same(placeOf('/a', {}), ['/a', 'unreachable']);
  test.same(placeOf('/a', { '/a': 8n }), ['/a', 'unreachable'], 'something is mounted over it');
  test.same(placeOf('/a (deleted)', {}), ['/a', 'deleted']);
  test.same(placeOf('/a (deleted)', { '/a': 8n }), ['/a', 'replaced']);
  test.same(placeOf('/a (deleted)', { '/a': 7n }), ['/a', 'present'], 'it was given its name again');
  test.same(placeOf('/a (deleted)', { '/a (deleted)': 7n }), ['/a (deleted)', 'present'], 'that is its name');
  test.same(placeOf('', {}), [undefined, 'unreachable']);
  test.match(
    locateFile('/a', KEY, () => undefined),
    { place: 'unreachable', size: undefined },
  );
  test.end();
});

t.test('the status of a snapshot is read in all its forms', test => {
  const statusOf = (parameters: string) =>
    parseSnapshotStatus([{ start: 0, length: 8, type: 'snapshot', parameters }]);
  test.same(statusOf('768/8704 256'), { kind: 'serving', used: 768, all: 8704, metadata: 256 });
  test.same(statusOf('Invalid '), { kind: 'invalid' });
  test.same(statusOf('Overflow'), { kind: 'overflow' });
  test.same(statusOf('Merge failed'), { kind: 'merge failed' });
  test.same(statusOf('Unknown'), { kind: 'unknown' });
  test.same(statusOf('768/8704'), { kind: 'unknown' });
  test.same(statusOf('constructor'), { kind: 'unknown' });
  test.same(parseSnapshotStatus([]), { kind: 'unknown' });
  test.end();
});

t.test("the disks that the kernel's backend serves are read from its folder", test => {
  const folder = test.testdir({
    'vbd-5-51712': { physical_device: 'fe:1a\n' },
    'vbd-6-51728': { physical_device: '0:0\n' },
    'vbd-7-51712': {},
    'vif-5-0': {},
    'vbd-x-51712': { physical_device: 'fe:1\n' },
  });
  test.match(readServedDisks(folder), [
    { domain: 5, disk: 51712, device: '254:26', connected: true, recorded: false },
  ]);
  test.equal(readServedDisks(folder).length, 1);
  test.same(readServedDisks(join(folder, 'nothing')), [], 'without Xen there are none');
  test.end();
});

t.test('wrong usage of list and graph is one line and exit status 2', test => {
  for (const [parameters, reason] of [
    [
      ['list', '--jsn'],
      /^block-snapshot: Unknown argument: jsn: usage: block-snapshot list \[TEMPLATE\] .*\n$/,
    ],
    [
      ['list', '/a', '/b'],
      /^block-snapshot: too many arguments: usage: block-snapshot list \[TEMPLATE\] .*\n$/,
    ],
    [
      ['list', '--columns', 'size,colour'],
      /^block-snapshot: --columns colour: there are size, used, .*: usage: /,
    ],
    [['list', '--sort', 'luck'], /^block-snapshot: Invalid values:.*: usage: block-snapshot list /],
    [['list', '--watch'], /^block-snapshot: --watch is for people on a terminal: usage: /],
    [['graph', '-o'], /^block-snapshot: .*: usage: block-snapshot graph \[-o FILE\.svg\]\n$/],
    [
      ['graph', '-o', ''],
      /^block-snapshot: -o names no file: usage: block-snapshot graph \[-o FILE\.svg\]\n$/,
    ],
    [['graph', '-o', '/a', '-o', '/b'], /^block-snapshot: -o is given more than once: usage: /],
    [['graph', 'x.svg'], /^block-snapshot: too many arguments: usage: /],
  ] as const) {
    const { status, stdout, stderr } = runAs('block-snapshot', ...parameters);
    test.same([status, stdout], [2, ''], parameters.join(' '));
    test.match(stderr, reason);
  }
  test.end();
});

t.test('--help of list and graph tells the options on standard output', test => {
  for (const command of ['list', 'graph']) {
    const { status, stdout, stderr } = runAs('block-snapshot', command, '--help');
    test.same([status, stderr], [0, '']);
    test.match(stdout, `block-snapshot ${command} [`);
    test.match(stdout, command === 'list' ? '--json' : '-o, --output');
  }
  test.end();
});
