import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './checks.ts';
import { SMALL_CHUNKS_TAKE_DISCARDS } from './discards.ts';
import { hashOf, makeImage, readAt, statKey, writeRandomAt } from './images.ts';
import { must, mustCleanup, mustPrepare } from './programs.ts';
import { deviceNames, tableLine } from './state.ts';

check('a snapshot is named after device and inode of base and cow, as stat prints them', (test, template) => {
  const [base, cow] = [template.root, template.rootCow].map(path => must('stat', '-c', '%D:%i', path));
  const node = mustPrepare('snapshot', template.root, template.rootCow);
  test.equal(node, `/dev/mapper/snapshot-${base}-${cow}`);
  mustCleanup('snapshot', node);
});

check('a second layer is put on the device of the first', (test, template) => {
  const [base, cow, cow2] = [template.root, template.rootCow, template.vm1].map(statKey);
  const node = mustPrepare('snapshot', template.root, template.rootCow, template.vm1);
  test.equal(node, `/dev/mapper/snapshot-${base}-${cow}-${cow2}`);
  test.same(deviceNames(), [`snapshot-${base}-${cow}`, `snapshot-${base}-${cow}-${cow2}`]);
  const under = must('stat', '-L', '-c', '%Hr:%Lr', `/dev/mapper/snapshot-${base}-${cow}`);
  test.match(
    tableLine(deviceNames()[1] ?? ''),
    new RegExp(
      `^0 8192 snapshot ${under} 7:\\d+ P 256${SMALL_CHUNKS_TAKE_DISCARDS ? ' 1 discard_zeroes_cow' : ''}$`,
    ),
  );
  mustCleanup('snapshot', node);
});

check('an origin is named after its base', (test, template) => {
  const node = mustPrepare('origin', template.root, template.rootCow);
  test.equal(node, `/dev/mapper/origin-${statKey(template.root)}`);
  test.match(tableLine(`origin-${statKey(template.root)}`), /^0 8192 snapshot-origin 7:\d+$/);
  mustCleanup('origin', node);
});

check('a stack of five layers shows what each of them wrote, and shares its lower ones', (test, template) => {
  const cows = [1, 2, 3, 4].map(number =>
    makeImage(join(template.folder, `layer${number}-cow.img`), 4 << 20),
  );
  const images = [template.root, template.rootCow, ...cows];
  const nodes = [2, 3, 4, 5, 6].map(depth => mustPrepare('snapshot', ...images.slice(0, depth)));
  test.equal(deviceNames().length, 5);
  const written = nodes.map((node, index) => writeRandomAt(node, index * 500_000, 1000));
  const top = nodes.at(-1) ?? '';
  for (const [index, bytes] of written.entries())
    test.ok(
      readAt(top, index * 500_000, 1000).equals(bytes),
      `what layer ${index + 1} wrote is seen at the top`,
    );
  test.equal(hashOf(template.root), template.hash, 'the base has its own bytes');
  test.match(
    mustCleanup('snapshot', nodes[2] ?? ''),
    /in use by snapshot-/,
    'a layer with another on it stays',
  );
  test.equal(deviceNames().length, 5);
  mustCleanup('snapshot', top);
});

check('symbolic links to the images give the same device', (test, template) => {
  const link = join(template.folder, 'link.img');
  symlinkSync(template.root, link);
  const node = mustPrepare('snapshot', template.root, template.rootCow);
  test.equal(mustPrepare('snapshot', link, template.rootCow), node);
  mustCleanup('snapshot', node);
});

check(
  'a block device as base gives its key by its node, and takes no loop device of its own',
  (test, template) => {
    const loop = must('losetup', '-f', '--show', template.root);
    const [key, cow] = [must('stat', '-L', '-c', '%D:%i', loop), statKey(template.rootCow)];
    const node = mustPrepare('snapshot', loop, template.rootCow);
    test.equal(node, `/dev/mapper/snapshot-${key}-${cow}`);
    test.match(
      tableLine(`snapshot-${key}-${cow}`),
      new RegExp(`snapshot ${must('stat', '-c', '%Hr:%Lr', loop)} `),
    );
    test.equal(hashOf(node), template.hash);
    mustCleanup('snapshot', node);
    must('losetup', '-d', loop);
  },
);

check('a block device as cow keeps the store, and is not resized', (test, template) => {
  const loop = must('losetup', '-f', '--show', template.vm1);
  const node = mustPrepare('snapshot', template.root, template.rootCow, loop);
  writeRandomAt(node, 0, 4096);
  test.equal(must('blockdev', '--getsize64', loop), String(4 << 20));
  mustCleanup('snapshot', node);
  must('losetup', '-d', loop);
});
