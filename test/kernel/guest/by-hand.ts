import { closeSync, openSync, statSync, truncateSync, unlinkSync } from 'node:fs';
import { check } from './checks.ts';
import { CHUNK_BYTES, hashOf, MEBIBYTE } from './images.ts';
import { blockSnapshot, executable, must, mustCleanup, mustPrepare, run } from './programs.ts';
import { deviceNames, fingerprint } from './state.ts';

check('prepare prints exactly one line, the node, and exits with 0', (test, template) => {
  const { status, stdout, stderr } = blockSnapshot(
    'prepare',
    'snapshot',
    `${template.root}:${template.rootCow}:${template.vm1}`,
  );
  test.equal(status, 0);
  test.match(stdout, /^\/dev\/mapper\/snapshot-\S+\n$/);
  test.equal(stderr, '');
  test.ok(statSync(stdout.trimEnd()).isBlockDevice(), 'the node is there');
  test.equal(hashOf(stdout.trimEnd()), template.hash, 'it shows the bytes of the template');
  mustCleanup('snapshot', stdout.trimEnd());
});

check('a second prepare gives the same device and changes nothing', (test, template) => {
  const node = mustPrepare('snapshot', template.root, template.rootCow, template.vm1);
  const before = fingerprint();
  test.equal(mustPrepare('snapshot', template.root, template.rootCow, template.vm1), node);
  test.equal(fingerprint(), before);
  mustCleanup('snapshot', node);
});

check('prepare of an origin makes the snapshot first, and twice gives the same', (test, template) => {
  const node = mustPrepare('origin', template.root, template.rootCow);
  test.equal(deviceNames().length, 2);
  test.match(deviceNames()[1], /^snapshot-/);
  const before = fingerprint();
  test.equal(mustPrepare('origin', template.root, template.rootCow), node);
  test.equal(fingerprint(), before);
  mustCleanup('origin', node);
});

check('cleanup of a device that is gone is a success', (test, template) => {
  const node = mustPrepare('snapshot', template.root, template.rootCow);
  test.equal(mustCleanup('snapshot', node), '');
  test.equal(mustCleanup('snapshot', node), '');
  test.equal(mustCleanup('origin', node.replace(/snapshot-(\w+:\d+)-.*/, 'origin-$1')), '');
});

check('cleanup of an open device leaves it alone, says so, and exits with 0', (test, template) => {
  const node = mustPrepare('snapshot', template.root, template.rootCow, template.vm1);
  const descriptor = openSync(node, 'r');
  const { status, stdout, stderr } = blockSnapshot('cleanup', 'snapshot', node);
  test.equal(status, 0);
  test.equal(stdout, '');
  test.equal(stderr, `block-snapshot: ${node} is in use: left as it is\n`);
  test.equal(deviceNames().length, 2);
  closeSync(descriptor);
  mustCleanup('snapshot', node);
});

check('the node may be given without /dev/mapper/', (test, template) => {
  const node = mustPrepare('snapshot', template.root, template.rootCow);
  mustCleanup('snapshot', node.slice('/dev/mapper/'.length));
  test.same(deviceNames(), []);
});

check(
  "a template's missing root-cow.img is made, sparse and large enough, with the template's owner",
  (test, template) => {
    unlinkSync(template.rootCow);
    const node = mustPrepare('snapshot', template.root, template.rootCow);
    const [cow, root] = [statSync(template.rootCow), statSync(template.root)];
    // 32 chunks, one of metadata for them, the header, and one ahead.
    test.equal(cow.size, (32 + 1 + 2) * CHUNK_BYTES);
    test.ok(cow.blocks * 512 <= 2 * CHUNK_BYTES, 'only the header and the first metadata are there');
    test.same([cow.uid, cow.gid, cow.mode], [root.uid, root.gid, root.mode]);
    mustCleanup('snapshot', node);
  },
);

check('an image that is no multiple of 512 bytes is used with a warning', (test, template) => {
  truncateSync(template.root, 3 * MEBIBYTE + 100);
  const { status, stdout, stderr } = blockSnapshot(
    'prepare',
    'snapshot',
    `${template.root}:${template.rootCow}`,
  );
  test.equal(status, 0);
  test.equal(
    stderr,
    `block-snapshot: warning: the last 100 bytes of base ${template.root} are no full sector: no VM will see them\n`,
  );
  mustCleanup('snapshot', stdout.trimEnd());
});

check(
  'create-snapshot makes both layers of a snapshot, and destroy-snapshot takes them down',
  (test, template) => {
    const node = mustPrepare('snapshot', template.root, template.rootCow, template.vm1);
    mustCleanup('snapshot', node);
    const name = node.slice('/dev/mapper/'.length);
    const created = run(executable('create-snapshot'), [name, template.root, template.rootCow, template.vm1]);
    test.same(created, { status: 0, stdout: '', stderr: '' });
    test.equal(hashOf(node), template.hash);
    test.same(run(executable('destroy-snapshot'), [node]), { status: 0, stdout: '', stderr: '' });
  },
);

check('create-snapshot of an origin makes the snapshot, then the origin', (test, template) => {
  const node = mustPrepare('origin', template.root, template.rootCow);
  mustCleanup('origin', node);
  const name = node.slice('/dev/mapper/'.length);
  const created = run(executable('create-snapshot'), [name, template.root, template.rootCow]);
  test.same(created, { status: 0, stdout: '', stderr: '' });
  test.equal(deviceNames().length, 2);
  test.same(run(executable('destroy-snapshot'), [node]), { status: 0, stdout: '', stderr: '' });
});

check('create-snapshot refuses a name that does not agree with the files', (test, template) => {
  const name = 'snapshot-1:2-3:4-5:6';
  const created = run(executable('create-snapshot'), [name, template.root, template.rootCow, template.vm1]);
  test.equal(created.status, 1);
  test.match(
    created.stderr,
    /^block-snapshot: snapshot-1:2-3:4-5:6 does not agree with the files given: they make snapshot-\S+\n$/,
  );
});

check(
  'destroy-snapshot of a device in use leaves it and exits with 0, of none exits with 1',
  (test, template) => {
    const node = mustPrepare('snapshot', template.root, template.rootCow);
    const descriptor = openSync(node, 'r');
    const inUse = run(executable('destroy-snapshot'), [node]);
    test.same([inUse.status, inUse.stderr], [0, `block-snapshot: ${node} is in use: left as it is\n`]);
    closeSync(descriptor);
    test.equal(run(executable('destroy-snapshot'), [node]).status, 0);
    const gone = run(executable('destroy-snapshot'), [node]);
    test.same(
      [gone.status, gone.stderr],
      [1, `block-snapshot: ${node} is not a block device: it is gone already, or never was\n`],
    );
  },
);

check(
  'destroy-snapshot of a device that is gone takes what an ended call has left under it',
  (test, template) => {
    const stacks = [
      ['origin', template.root, template.rootCow],
      ['snapshot', template.root, template.rootCow, template.vm1],
    ] as const;
    for (const [type, ...images] of stacks) {
      const node = mustPrepare(type, ...images);
      must('dmsetup', 'remove', node);
      test.equal(deviceNames().length, 1, 'its first layer');
      const { status, stderr } = run(executable('destroy-snapshot'), [node]);
      test.same(
        [status, stderr],
        [1, `block-snapshot: ${node} is not a block device: it is gone already, or never was\n`],
      );
      test.same(deviceNames(), []);
    }
  },
);
