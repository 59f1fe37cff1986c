// What wrap-root writes is there for whoever reads past the kernel's cache; whole boots are in test/vm-layer.
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './checks.ts';
import { MEBIBYTE, makeImage } from './images.ts';
import { must, PROJECT } from './programs.ts';

check('a store begins empty on the disk itself, though somebody has it open', (test, { folder }) => {
  const image = makeImage(`${folder}/store.img`, MEBIBYTE, 'random');
  const before = readFileSync(image);
  const loop = must('losetup', '--find', '--show', image);
  const held = openSync(loop, 'r');
  try {
    must('sh', '-euc', '. "$0" && begin_empty "$1"', join(PROJECT, 'etc/vm/bytes.sh'), loop);
    const after = readFileSync(image);
    test.ok(after.subarray(0, 4096).equals(Buffer.alloc(4096)), 'the first page is zero');
    test.ok(after.subarray(4096).equals(before.subarray(4096)), 'and nothing else has changed');
  } finally {
    closeSync(held);
    must('losetup', '--detach', loop);
  }
});
