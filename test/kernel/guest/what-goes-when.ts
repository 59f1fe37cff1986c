import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './checks.ts';
import { SMALL_CHUNKS_TAKE_DISCARDS } from './discards.ts';
import {
  allocatedBytes,
  CHUNK_BYTES,
  hashOf,
  MEBIBYTE,
  makeImage,
  readAt,
  statKey,
  writeRandomAt,
} from './images.ts';
import { cleanupHere, prepareHere } from './in-process.ts';
import { must, run } from './programs.ts';
import { deviceNames, loopDevices } from './state.ts';

check(
  'two VMs on one version share the first layer and the loop device of the template',
  (test, template) => {
    const first = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
    const second = prepareHere('snapshot', template.root, template.rootCow, template.vm2);
    test.equal(deviceNames().length, 3);
    test.same(
      loopDevices().map(loop => loop.file),
      [template.root, template.rootCow, template.vm1, template.vm2],
    );
    writeRandomAt(first, 0, 4096);
    test.equal(hashOf(second), template.hash, 'what one VM writes the other does not see');
    cleanupHere('snapshot', first);
    test.equal(deviceNames().length, 2, 'the first layer stays for the other VM');
    test.equal(hashOf(second), template.hash);
    cleanupHere('snapshot', second);
  },
);

check('a template that is changed while VMs run leaves their bytes alone', (test, template) => {
  const first = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  const written = writeRandomAt(first, MEBIBYTE, 1000);
  const origin = prepareHere('origin', template.root, template.rootCow);
  writeRandomAt(origin, 0, 4 * MEBIBYTE);
  const second = prepareHere('snapshot', template.root, template.rootCow, template.vm2);
  test.equal(hashOf(second), template.hash, 'a VM on that version reads the old bytes');
  test.ok(readAt(first, MEBIBYTE, 1000).equals(written), 'a VM keeps what it wrote itself');
  test.not(hashOf(template.root), template.hash, 'the template has changed');
  const newCow = makeImage(join(template.folder, 'new-cow.img'), 4 * MEBIBYTE);
  const third = prepareHere('snapshot', template.root, newCow);
  test.equal(hashOf(third), hashOf(template.root), 'a new version shows the new bytes');
  writeRandomAt(origin, MEBIBYTE, MEBIBYTE);
  test.equal(hashOf(second), template.hash, 'and the running VMs still read the old ones');
  for (const node of [first, second]) cleanupHere('snapshot', node);
  cleanupHere('origin', origin);
});

check('a cow that we made survives that its whole base is rewritten', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow);
  const origin = prepareHere('origin', template.root, template.rootCow);
  for (let round = 0; round < 3; round++) writeRandomAt(origin, 0, 4 * MEBIBYTE);
  test.match(must('dmsetup', 'status', node), / snapshot \d+\/\d+ \d+$/, 'the store is valid');
  test.equal(hashOf(node), template.hash);
  cleanupHere('origin', origin);
});

check('a VM that rewrites its whole disk does not overflow its cow', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  for (let round = 0; round < 2; round++) writeRandomAt(node, 0, 4 * MEBIBYTE);
  test.match(must('dmsetup', 'status', node), / snapshot \d+\/\d+ \d+$/);
  cleanupHere('snapshot', node);
});

check('a top layer that nobody has open goes at once, while the template runs', (test, template) => {
  const origin = prepareHere('origin', template.root, template.rootCow);
  const node = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  cleanupHere('snapshot', node);
  test.equal(deviceNames().length, 2, 'the origin and the first layer stay');
  cleanupHere('origin', origin);
});

check('a first layer stays while its origin exists, and cleanup says so', (test, template) => {
  const origin = prepareHere('origin', template.root, template.rootCow);
  const node = prepareHere('snapshot', template.root, template.rootCow);
  test.equal(
    cleanupHere('snapshot', node),
    `${node} is in use by the running template (origin-${statKey(template.root)}): left as it is`,
  );
  cleanupHere('origin', origin);
});

check('a first layer that a VM has open stays when the layer above goes', (test, template) => {
  const top = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  const first = prepareHere('snapshot', template.root, template.rootCow);
  const descriptor = openSync(first, 'r');
  test.equal(cleanupHere('snapshot', top), '');
  test.equal(deviceNames().length, 1);
  closeSync(descriptor);
  cleanupHere('snapshot', first);
});

check('when the origin goes, the first layers of its base that nobody uses go with it', (test, template) => {
  const other = makeImage(join(template.folder, 'other-cow.img'), 4 * MEBIBYTE);
  const used = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  const origin = prepareHere('origin', template.root, template.rootCow);
  prepareHere('snapshot', template.root, other);
  test.equal(deviceNames().length, 4);
  cleanupHere('origin', origin);
  test.equal(deviceNames().length, 2, 'the stack of the VM stays');
  cleanupHere('snapshot', used);
});

check('an origin that is open stays, with its snapshot', (test, template) => {
  const origin = prepareHere('origin', template.root, template.rootCow);
  const descriptor = openSync(origin, 'r+');
  test.match(cleanupHere('origin', origin), /is in use: left as it is/);
  test.equal(deviceNames().length, 2);
  closeSync(descriptor);
  cleanupHere('origin', origin);
});

check('the order of stopping does not matter', (test, template) => {
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  for (const order of orders) {
    const devices: ['snapshot' | 'origin', string][] = [
      ['snapshot', prepareHere('snapshot', template.root, template.rootCow, template.vm1)],
      ['snapshot', prepareHere('snapshot', template.root, template.rootCow, template.vm2)],
      ['origin', prepareHere('origin', template.root, template.rootCow)],
    ];
    for (const index of order) cleanupHere(...(devices[index] as ['snapshot' | 'origin', string]));
    test.same([deviceNames(), loopDevices()], [[], []], `stopped in the order ${order.join(', ')}`);
  }
});

check('a discard on the disk of a VM frees the space in its cow, if the kernel can', (test, template) => {
  const first = prepareHere('snapshot', template.root, template.rootCow);
  const node = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  writeRandomAt(node, 0, 4 * MEBIBYTE);
  const full = allocatedBytes(template.vm1);
  const discard = run('blkdiscard', ['--offset', '0', '--length', String(3 * MEBIBYTE), node]);
  if (SMALL_CHUNKS_TAKE_DISCARDS) {
    test.match(discard, { status: 0, stderr: '' });
    test.ok(full - allocatedBytes(template.vm1) >= 3 * MEBIBYTE - CHUNK_BYTES, 'the cow file is smaller');
  } else {
    // Newer ones have a status of their own for it.
    test.not(discard.status, 0);
    test.match(discard.stderr, 'Operation not supported');
  }
  test.equal(hashOf(first), template.hash, 'the shared first layer has lost nothing');
  cleanupHere('snapshot', node);
});
