// Every value of every key of the configuration, as the program itself knows them: a VM's disk of two layers, a run of the
// template, its commit, and the way back, each with the right bytes.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { KEYS } from '../../../../src/devices/plan/settings.ts';
import { check } from '../checks.ts';
import '../own-etc.ts';
import { disk, mustAdd, mustRemove } from '../hotplug/disks.ts';
import { allocatedBytes, hashOf, MEBIBYTE, makeImage, readAt, statKey, writeRandomAt } from '../images.ts';
import { blockSnapshot, must, mustCleanup, mustPrepare } from '../programs.ts';
import { deviceNames, loopDevices, tableLine } from '../state.ts';
import { revisionsHere } from './in-process.ts';

const FILE = '/etc/block-snapshot.conf';
/** Where direct I/O is known to be safe, and space can be reserved. */
const PLACE = '/run/lab/every-value';
mkdirSync(PLACE, { recursive: true });

/** What is seen at one moment of a run. */
interface Seen {
  /** While a VM's disk and the template's are there. */
  running: { chunks: Set<string | undefined>; direct: Set<string> };
  /** When the template has stopped, before anybody commits. */
  stopped: { revisions: number };
  /** When its run is committed. */
  committed: { revisions: number; reserved: boolean };
}

type Expectation = (test: Test, seen: Seen) => void;

const chunkOf =
  (sectors: number): Expectation =>
  (test, { running }) =>
    test.same([...running.chunks], [String(sectors)]);
const direct =
  (dio: '0' | '1'): Expectation =>
  (test, { running }) =>
    test.same([...running.direct], [dio]);
const reserved =
  (expected: boolean): Expectation =>
  (test, { committed }) =>
    test.equal(committed.reserved, expected);
const revisions =
  (onStop: number, afterCommit: number): Expectation =>
  (test, { stopped, committed }) =>
    test.same([stopped.revisions, committed.revisions], [onStop, afterCommit]);

/** What each value is for. A new one has to come here: without it the test fails. */
const EXPECTED: Readonly<Record<string, Readonly<Record<string, Expectation>>>> = {
  REVISIONS: { 0: revisions(0, 0), 100: revisions(1, 1) },
  COMMIT_ON_STOP: { yes: revisions(1, 1), no: revisions(0, 1) },
  CHUNK_SIZE: {
    '32K': chunkOf(64),
    '64K': chunkOf(128),
    '128K': chunkOf(256),
    '256K': chunkOf(512),
    '512K': chunkOf(1024),
    '1M': chunkOf(2048),
  },
  DIRECT_IO: { on: direct('1'), off: direct('0'), auto: direct('0') },
  RESERVE: { on: reserved(true), off: reserved(false) },
  COMMIT_COMMAND: { '': revisions(1, 1) },
  // Nothing to a base on the machine's own disk; guest/network.ts has the others.
  BASE_TIMEOUT: { 1: revisions(1, 1), 10: revisions(1, 1) },
};

t.test('each key and each value that the program knows has a run', test => {
  const known = Object.entries(KEYS).map(([key, { values }]) => [key, [...values].sort()]);
  const run = Object.entries(EXPECTED).map(([key, values]) => [key, Object.keys(values).sort()]);
  test.same(run, known);
  test.end();
});

/** A template, and the disk of a VM. */
interface Files {
  root: string;
  rootCow: string;
  vm: string;
}

function makeFiles(size: number, content: 'random' | 'sparse'): Files {
  for (const name of ['root.img', 'root-cow.img', 'root-cow.img.old', 'vm.img'])
    rmSync(`${PLACE}/${name}`, { force: true });
  return {
    root: makeImage(`${PLACE}/root.img`, size, content),
    rootCow: `${PLACE}/root-cow.img`,
    vm: makeImage(`${PLACE}/vm.img`, size),
  };
}

function running(): Seen['running'] {
  return {
    chunks: new Set(
      deviceNames()
        .filter(name => name.startsWith('snapshot-'))
        .map(name => / P (\d+)/.exec(tableLine(name) ?? '')?.[1]),
    ),
    direct: new Set(
      loopDevices()
        .filter(({ file }) => file.startsWith(`${PLACE}/`))
        .map(({ name }) => readFileSync(`/sys/block/${name}/loop/dio`, 'utf8').trim()),
    ),
  };
}

/** @param part of the disk: where a VM and the template write, and what of it is looked at */
function coreOf(test: Test, { root, rootCow, vm }: Files, part: { at: number; length: number }): Seen {
  const { at, length } = part;
  const bytes = (path: string) => readAt(path, at, length).toString('base64');
  const template = disk(90, 'origin');
  const first = bytes(root);
  const node = mustPrepare('snapshot', root, rootCow, vm);
  test.equal(bytes(node), first, 'a VM sees the template');
  const cow = statKey(rootCow);
  const origin = mustAdd(template, `${root}:${rootCow}`);
  const written = writeRandomAt(origin, at, length).toString('base64');
  test.equal(bytes(node), first, 'and what the template was, while that runs');
  const own = writeRandomAt(node, at, length).toString('base64');
  test.equal(bytes(origin), written, 'nothing of what a VM writes reaches the template');
  const seen = {
    running: running(),
    stopped: { revisions: 0 },
    committed: { revisions: 0, reserved: false },
  };
  mustRemove(template);
  test.equal(bytes(node), own, 'a VM keeps what it wrote');
  mustCleanup('snapshot', node);
  seen.stopped.revisions = revisionsHere(root).length;
  const version = seen.stopped.revisions > 0 ? `${rootCow}.old` : rootCow;
  // Without a revision of it, no VM goes back to the version before.
  if (statKey(version) === cow) {
    const again = mustPrepare('snapshot', root, version, vm);
    test.equal(bytes(again), own, 'also when it starts again');
    mustCleanup('snapshot', again);
  }
  test.match(blockSnapshot('commit', root), { status: 0, stderr: '' });
  seen.committed = {
    revisions: revisionsHere(root).length,
    reserved: allocatedBytes(rootCow) >= readFileSize(rootCow),
  };
  const fresh = mustPrepare('snapshot', root, rootCow);
  test.equal(bytes(fresh), written, 'a VM that starts after the commit sees the new version');
  mustCleanup('snapshot', fresh);
  if (existsSync(`${rootCow}.old`)) {
    test.match(blockSnapshot('revert', '--yes', root), { status: 0 });
    test.equal(bytes(root), first, 'and a revert brings back what was');
  }
  return seen;
}

function readFileSize(path: string): number {
  return Number(must('stat', '-c', '%s', path));
}

function onExt4(folder: string, action: () => void): void {
  const image = makeImage(`${folder}/filesystem.img`, 128 * MEBIBYTE);
  must('mkfs.ext4', '-q', '-b', '4096', image);
  must('mount', '-o', 'loop', image, PLACE);
  try {
    action();
  } finally {
    must('umount', PLACE);
    rmSync(FILE, { force: true });
  }
}

for (const [key, values] of Object.entries(EXPECTED))
  check(`with each value of ${key} every byte is right, and it does what it is for`, (test, { folder }) => {
    onExt4(folder, () => {
      for (const [value, expected] of Object.entries(values)) {
        writeFileSync(FILE, `${key}=${value}\n`, { mode: 0o644 });
        const files = makeFiles(4 * MEBIBYTE, 'random');
        const hash = hashOf(files.root);
        const seen = coreOf(test, files, { at: MEBIBYTE + 512, length: 2 * MEBIBYTE });
        expected(test, seen);
        if (seen.committed.revisions > 0) test.equal(hashOf(files.root), hash, `${key}=${value}: every byte`);
      }
    });
  });

check(
  'the smallest disk and a very large one are right with the smallest chunks and the largest',
  (test, { folder }) => {
    onExt4(folder, () => {
      for (const chunk of ['32K', '1M']) {
        writeFileSync(FILE, `CHUNK_SIZE=${chunk}\n`, { mode: 0o644 });
        coreOf(test, makeFiles(512, 'random'), { at: 0, length: 512 });
        const large = 2 ** 40;
        coreOf(test, makeFiles(large, 'sparse'), { at: large - 8192, length: 8192 });
      }
    });
  },
);
