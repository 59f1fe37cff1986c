// A filesystem that becomes full while a template runs, and space that is taken before it is needed.
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { follow } from '../advice/follow.ts';
import { disk, keyOf, mustAdd, mustRemove, runScript } from '../hotplug/disks.ts';
import { CHUNK_BYTES, hashOf, MEBIBYTE, makeImage, readAt, writeRandomAt } from '../images.ts';
import { blockSnapshot, executable, must, mustCleanup, mustPrepare } from '../programs.ts';
import {
  BTRFS,
  CONFIGURATION,
  COW,
  checkOn,
  EXT4,
  FILLER,
  fill,
  MOUNT,
  ROOT,
  SIZE,
} from './small-filesystem.ts';

/** The template overwrites its whole disk while its filesystem has room for a quarter of it. */
function overflow(origin: string): void {
  fill(MEBIBYTE);
  writeRandomAt(origin, 0, SIZE);
}

const FULL = /filesystem, mounted on \/run\/lab\/full, is full \(\S+ \S+ left\)/;

checkOn(EXT4, 'a store without room: what is lost is told, with whom, why and what to do', test => {
  const vm = disk(90);
  const node = mustAdd(vm, `${ROOT}:${COW}`);
  const origin = mustPrepare('origin', ROOT, COW);
  overflow(origin);
  test.throws(() => hashOf(node), { code: 'EIO' });

  const seen = JSON.parse(blockSnapshot('list', '--json').stdout);
  test.match(seen.lost, [{ node, cow: COW, users: [{ kind: 'vm', domain: 90 }], toCommit: null }]);
  test.match(
    blockSnapshot('list').stdout,
    /lost.*\n {2}\S+root-cow\.img of \S+root\.img {2}domain 90 \(xvda\)/,
  );
  mustCleanup('origin', origin);
  test.match(blockSnapshot('list').stdout, `  block-snapshot commit ${ROOT}\n`);

  const live = blockSnapshot('prepare', 'snapshot', `${ROOT}:${COW}`);
  test.match(live, { status: 1, stderr: `cow ${COW} is Invalid: the snapshot ${node} overflowed` });
  test.match(live.stderr, FULL);
  const refused = blockSnapshot('commit', ROOT);
  test.match(refused, { status: 1, stdout: '', stderr: `the run of ${ROOT} is not committed` });
  test.match(refused.stderr, FULL);
  test.match(
    refused.stderr,
    `lost their disk, stop them and start them again: domain 90 (disk ${keyOf(vm)})`,
  );

  rmSync(FILLER);
  const json = JSON.parse(blockSnapshot('commit', ROOT, '--json').stdout);
  test.match(json, { committed: true, changed: null, undo: null, overflowed: true });
  test.match(json.lost, [/domain 90/]);
  mustRemove(vm);
  const again = mustPrepare('snapshot', ROOT, COW);
  test.equal(hashOf(again), hashOf(ROOT), 'VMs start again, on what the template wrote');
  mustCleanup('snapshot', again);
});

checkOn(EXT4, 'a store without room, and all has stopped: the advice of prepare is the way out', test => {
  const origin = mustPrepare('origin', ROOT, COW);
  overflow(origin);
  mustCleanup('origin', origin);
  const start = () => blockSnapshot('prepare', 'snapshot', `${ROOT}:${COW}`);
  const { status, stderr } = start();
  test.equal(status, 1);
  test.match(stderr, FULL);
  rmSync(FILLER);
  const { status: followed, said } = follow(stderr, 'block-snapshot commit');
  test.equal(followed, 0);
  test.notMatch(said, /committed|0 B changed/);
  test.match(said, `it cannot be undone, for ${COW} overflowed`);
  test.equal(start().status, 0);
  mustCleanup('snapshot', mustPrepare('snapshot', ROOT, COW));
});

checkOn(EXT4, 'a run that overflowed: the commit that list gives ends it, and VMs start', test => {
  const vm = disk(92);
  mustAdd(vm, `${ROOT}:${COW}`);
  const origin = mustPrepare('origin', ROOT, COW);
  overflow(origin);
  mustCleanup('origin', origin);
  rmSync(FILLER);
  const { stderr } = blockSnapshot('prepare', 'snapshot', `${ROOT}:${COW}`);
  const listed = follow(stderr, 'block-snapshot list');
  test.match(listed, { status: 0, said: `  block-snapshot commit ${ROOT}\n` });
  test.match(follow(listed.said, 'block-snapshot commit'), { status: 0 });
  mustRemove(vm);
  mustCleanup('snapshot', mustPrepare('snapshot', ROOT, COW));
});

checkOn(
  EXT4,
  'a run that could not be committed for want of room: committed as advised when there is some',
  test => {
    const origin = mustPrepare('origin', ROOT, COW);
    writeRandomAt(origin, 0, CHUNK_BYTES);
    mustCleanup('origin', origin);
    fill(64 * 1024);
    const { status, stderr } = blockSnapshot('commit', ROOT);
    test.equal(status, 1);
    rmSync(FILLER);
    test.match(follow(stderr, 'block-snapshot commit'), { status: 0, said: /committed/ });
  },
);

checkOn(EXT4, 'where a template that stops has overflowed, the log says so, and no commit', test => {
  const vm = disk(91, 'origin');
  overflow(mustAdd(vm, `${ROOT}:${COW}`));
  test.not(runScript(vm, 'remove').status, 0, 'not while the filesystem is full');
  rmSync(FILLER);
  mustRemove(vm);
  const log = readFileSync('/var/log/xen/xen-hotplug.log', 'utf8').trim().split('\n');
  test.match(log.at(-2), FULL);
  test.match(log.at(-1), `its run is ended and VMs that start see what it changed, but it cannot be undone`);
  test.notMatch(log.at(-1), /committed/);
  mustCleanup('snapshot', mustPrepare('snapshot', ROOT, COW));
});

checkOn(EXT4, 'on a full filesystem nothing is committed, and no empty cow is begun', test => {
  const origin = mustPrepare('origin', ROOT, COW);
  writeRandomAt(origin, 0, CHUNK_BYTES);
  mustCleanup('origin', origin);
  fill(64 * 1024);
  const { status, stderr } = blockSnapshot('commit', ROOT);
  test.equal(status, 1);
  test.match(stderr, FULL);
  test.match(stderr, /nothing is lost; make room there/);
  mustCleanup('snapshot', mustPrepare('snapshot', ROOT, COW));
  rmSync(COW);
  rmSync(FILLER);
  fill(0);
  const begun = blockSnapshot('prepare', 'snapshot', `${ROOT}:${COW}`);
  test.equal(begun.status, 1);
  test.match(begun.stderr, FULL);
});

checkOn(EXT4, 'what can still be written is compared with what is left', test => {
  makeImage(`${MOUNT}/vm.img`, SIZE);
  const node = mustPrepare('snapshot', ROOT, COW, `${MOUNT}/vm.img`);
  const room = () => JSON.parse(blockSnapshot('list', '--json').stdout).filesystems;
  const [before] = room();
  test.match(before, { path: MOUNT, fits: true });
  test.ok(before.unwritten > 2 * SIZE - MEBIBYTE && before.unwritten <= 2 * (SIZE + 3 * CHUNK_BYTES));
  test.notMatch(blockSnapshot('list').stdout, /does not fit/);
  fill(MEBIBYTE);
  test.match(room(), [{ path: MOUNT, fits: false }]);
  test.match(
    blockSnapshot('list').stdout,
    /does not fit.*\n {2}\/run\/lab\/full {2}\S+ \S+ left, \S+ MiB can still be written/,
  );
  mustCleanup('snapshot', node);
});

const configure = (value: string) => writeFileSync(CONFIGURATION, `RESERVE=${value}\n`, { mode: 0o644 });
const taken = (path: string) => statSync(path).blocks * 512;

checkOn(EXT4, 'a cow whose space is reserved keeps all old blocks on a full filesystem', test => {
  configure('on');
  const node = mustPrepare('snapshot', ROOT, COW);
  test.ok(taken(COW) >= statSync(COW).size, 'a missing cow takes its space when it is made');
  const before = hashOf(node);
  const origin = mustPrepare('origin', ROOT, COW);
  fill(0);
  writeRandomAt(origin, 0, SIZE);
  test.equal(hashOf(node), before);
  mustCleanup('origin', origin);
  rmSync(FILLER);
  test.match(blockSnapshot('commit', ROOT), { status: 0, stdout: 'committed, 4.0 MiB changed' });
  test.ok(taken(COW) >= statSync(COW).size, 'and so does the one of a commit');
  mustCleanup('snapshot', node);
  must(executable(), 'revert', '--yes', ROOT);
  test.ok(taken(COW) >= statSync(COW).size, 'and what a revert leaves');
});

checkOn(EXT4, 'a cow whose space cannot be reserved is not made', test => {
  fill(2 * MEBIBYTE);
  configure('on');
  const start = () => blockSnapshot('prepare', 'snapshot', `${ROOT}:${COW}`);
  const { status, stderr } = start();
  test.equal(status, 1);
  test.match(
    stderr,
    /could not be made: its filesystem, mounted on \S+, has \S+ MiB left, and 4\.\d MiB are needed/,
  );
  configure('off');
  mustCleanup('snapshot', start().stdout.trim());
  test.ok(taken(COW) < MEBIBYTE, 'without it the cow is sparse');
});

checkOn(
  BTRFS,
  'where the kernel could not mark a store that overflowed, that is done before it is let go',
  test => {
    const origin = mustPrepare('origin', ROOT, COW);
    must('bash', '-c', `cat /dev/urandom >${FILLER}; sync; truncate -s -4M ${FILLER}; sync`);
    try {
      writeRandomAt(origin, 0, SIZE);
    } catch {
      // The image itself needs room, too: btrfs writes changed blocks elsewhere.
    }
    test.match(must('dmsetup', 'status'), /snapshot Invalid/);
    test.comment(`valid on disk, as the kernel has left it: ${readAt(COW, 4, 1)[0]}`);
    mustCleanup('origin', origin);
    test.equal(readAt(COW, 4, 1)[0], 0);
    const { status, stderr } = blockSnapshot('prepare', 'snapshot', `${ROOT}:${COW}`);
    test.equal(status, 1);
    test.match(stderr, `cow ${COW} is Invalid`);
  },
);

checkOn(BTRFS, 'btrfs reserves only where it writes in place', test => {
  configure('on');
  const start = () => blockSnapshot('prepare', 'snapshot', `${ROOT}:${COW}`);
  const { status, stderr } = start();
  test.equal(status, 1);
  test.match(
    stderr,
    `the space of cow ${COW} cannot be reserved (RESERVE=on): its filesystem writes changed blocks elsewhere`,
  );
  // Whoever follows it says which folder.
  test.match(follow(stderr.replace('its folder', MOUNT), 'chattr +C'), { status: 0 });
  mustCleanup('snapshot', start().stdout.trim());
  test.ok(taken(COW) >= statSync(COW).size);
});

checkOn('ramfs', 'where a filesystem cannot reserve, that is said', test => {
  configure('on');
  const { status, stderr } = blockSnapshot('prepare', 'snapshot', `${ROOT}:${COW}`);
  test.equal(status, 1);
  test.match(
    stderr,
    `the space of cow ${COW} cannot be reserved (RESERVE=on): its filesystem cannot reserve (EOPNOTSUPP): set RESERVE=off in ${CONFIGURATION}`,
  );
});
