import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { asNobody } from './as-nobody.ts';
import { check } from './checks.ts';
import { hashOf, MEBIBYTE, makeImage, writeRandomAt } from './images.ts';
import { planOverflow } from './kernel-log.ts';
import { blockSnapshot, must, mustCleanup, mustPrepare } from './programs.ts';

check('the same file under two names in one stack is refused', (test, template) => {
  const link = join(template.folder, 'hard-link.img');
  must('ln', template.rootCow, link);
  const { status, stderr } = blockSnapshot(
    'prepare',
    'snapshot',
    `${template.root}:${template.rootCow}:${link}`,
  );
  test.equal(status, 1);
  test.match(stderr, `${template.rootCow} and ${link} are the same file`);
});

check('a cow that holds something else is refused, and keeps every byte', (test, template) => {
  const filesystem = makeImage(join(template.folder, 'private.img'), 8 * MEBIBYTE);
  must('mkfs.ext4', '-q', filesystem);
  const garbage = makeImage(join(template.folder, 'garbage.img'), MEBIBYTE, 'random');
  for (const cow of [filesystem, garbage]) {
    const hash = hashOf(cow);
    const { status, stderr } = blockSnapshot(
      'prepare',
      'snapshot',
      `${template.root}:${template.rootCow}:${cow}`,
    );
    test.equal(status, 1);
    test.match(stderr, `cow ${cow} holds something other than a snapshot store (invalid or corrupt)`);
    test.equal(hashOf(cow), hash);
  }
  test.equal(statSync(template.rootCow).blocks, 0, 'the good cow beside it was not touched');
});

check('a cow whose snapshot has overflowed is refused, running or not', (test, template) => {
  planOverflow();
  const small = makeImage(join(template.folder, 'small.img'), MEBIBYTE);
  const loops = [template.root, small].map(path => must('losetup', '-f', '--show', path));
  const [base, cow] = [template.root, small].map(path => must('stat', '-c', '%D:%i', path));
  const name = `snapshot-${base}-${cow}`;
  must('dmsetup', 'create', name, '--table', `0 8192 snapshot ${loops.join(' ')} P 256`);
  try {
    writeRandomAt(`/dev/mapper/${name}`, 0, 4 * MEBIBYTE);
  } catch {
    // That is what an overflow looks like to the VM.
  }
  const running = blockSnapshot('prepare', 'snapshot', `${template.root}:${small}`);
  test.equal(running.status, 1);
  test.match(running.stderr, `cow ${small} is Invalid`);
  must('dmsetup', 'remove', name);
  for (const loop of loops) must('losetup', '-d', loop);
  const stopped = blockSnapshot('prepare', 'snapshot', `${template.root}:${small}`);
  test.equal(stopped.status, 1);
  test.match(stopped.stderr, `cow ${small} is Invalid: its snapshot overflowed`);
});

check('a cow with another chunk size is refused', (test, template) => {
  const loops = [template.root, template.rootCow].map(path => must('losetup', '-f', '--show', path));
  must('dmsetup', 'create', 'other', '--table', `0 8192 snapshot ${loops.join(' ')} P 16`);
  must('dmsetup', 'remove', 'other');
  for (const loop of loops) must('losetup', '-d', loop);
  const { status, stderr } = blockSnapshot('prepare', 'snapshot', `${template.root}:${template.rootCow}`);
  test.equal(status, 1);
  test.match(stderr, `cow ${template.rootCow} has a chunk size of 16 sectors, not 256`);
});

check('without permission the error says to run as root', (test, template) => {
  const made = asNobody('prepare', 'snapshot', `${template.root}:${template.rootCow}`);
  test.equal(made.status, 1);
  test.match(made.stderr, /^block-snapshot: no permission to .*: run as root\n$/);
});

check('without /run the error names the lock', (test, template) => {
  mkdirSync('/run/block-snapshot', { recursive: true });
  must('mount', '-t', 'tmpfs', '-o', 'ro', 'tmpfs', '/run/block-snapshot');
  const { status, stderr } = blockSnapshot('prepare', 'snapshot', `${template.root}:${template.rootCow}`);
  must('umount', '/run/block-snapshot');
  test.equal(status, 1);
  test.match(
    stderr,
    /cannot write \/run\/block-snapshot\/\S+\.lock \(EROFS\): \/run has to be a writable filesystem/,
  );
});

check(
  'a lock that another command holds is waited for, and named when it does not come free',
  (test, template) => {
    const node = mustPrepare('snapshot', template.root, template.rootCow);
    const lock = `/run/block-snapshot/${must('stat', '-c', '%D:%i', template.root)}.lock`;
    must('sh', '-c', `flock ${lock} sleep 3 >/dev/null 2>&1 & sleep 1`);
    const started = Date.now();
    mustCleanup('snapshot', node);
    test.ok(Date.now() - started >= 500, 'it waited');
  },
);
