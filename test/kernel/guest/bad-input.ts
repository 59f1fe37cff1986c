import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './checks.ts';
import { hashOf, MEBIBYTE, makeImage, writeRandomAt } from './images.ts';
import { blockSnapshot, executable, must, mustCleanup, mustPrepare, run } from './programs.ts';
import { deviceNames, leftovers } from './state.ts';

check('wrong usage is one line with the right usage, and exit 2', (test, template) => {
  const stack = `${template.root}:${template.rootCow}`;
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
  ] as const) {
    const { status, stdout, stderr } = blockSnapshot(...parameters);
    test.same([status, stdout, stderr.split('\n').length], [2, '', 2], parameters.join(' '));
    test.match(stderr, `block-snapshot: ${reason}`);
  }
  test.equal(run(executable('create-snapshot'), ['snapshot-1:2-3:4', '/a']).status, 2);
  test.equal(run(executable('destroy-snapshot'), []).status, 2);
});

check('a path that is no image gets a line that names it, exit 1, and nothing changes', (test, template) => {
  const folder = join(template.folder, 'folder');
  mkdirSync(folder);
  const empty = join(template.folder, 'empty.img');
  writeFileSync(empty, '');
  const fifo = join(template.folder, 'fifo');
  must('mkfifo', fifo);
  const socket = join(template.folder, 'socket');
  must('perl', '-MIO::Socket::UNIX', '-e', `IO::Socket::UNIX->new(Local => "${socket}", Listen => 1) or die`);
  const circle = join(template.folder, 'circle');
  symlinkSync(circle, circle);
  const missing = join(template.folder, 'missing-image');
  const long = `/${'x'.repeat(4096)}`;
  const [root, cow] = [template.root, template.rootCow];
  for (const [images, reason] of [
    [`${missing}:${cow}`, `base ${missing} does not exist`],
    [`${root}:${missing}`, `cow ${missing} does not exist`],
    [`${root}:${cow}:${missing}`, `cow ${missing} does not exist`],
    [`${root}/x:${cow}`, `base ${root}/x does not exist`],
    [`${folder}:${cow}`, `base ${folder} is a directory`],
    [`${root}:${folder}`, `cow ${folder} is a directory`],
    [`${socket}:${cow}`, `base ${socket} is a socket`],
    [`${root}:${fifo}`, `cow ${fifo} is a named pipe`],
    [`/dev/null:${cow}`, 'base /dev/null is a character device'],
    [`${empty}:${cow}`, `base ${empty} is empty`],
    [`${root}:${empty}`, `cow ${empty} is empty`],
    [`root.img:${cow}`, 'base root.img is a relative path'],
    [`${root}:cow.img`, 'cow cow.img is a relative path'],
    [`${root}`, 'names no cow'],
    ['', 'names no cow'],
    [`${root}::${cow}`, 'the path of a cow is empty'],
    [`:${cow}`, 'the path of a base is empty'],
    [`${root}:${cow}:`, 'the path of a cow is empty'],
    [`${root}:${root}`, `${root} is given twice`],
    [`${root}:${cow}:${cow}`, `${cow} is given twice`],
    [`${circle}:${cow}`, `base ${circle} is a symbolic link that leads in a circle`],
    [`${root}\n:${cow}`, 'has a newline in its path'],
    [`${long}:${cow}`, 'has a path longer than 4095 bytes'],
    [`/${'y'.repeat(300)}:${cow}`, 'has a name too long for its filesystem'],
  ] as const) {
    const { status, stdout, stderr } = blockSnapshot('prepare', 'snapshot', images);
    test.same([status, stdout, stderr.split('\n').length], [1, '', 2], reason);
    test.match(stderr, reason);
    test.notMatch(stderr, /undefined|\bat .*:\d+/);
  }
  test.same(leftovers(), []);
});

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

check('a stack too deep for a device name is refused', (test, template) => {
  const cows = Array.from({ length: 40 }, (_, index) =>
    makeImage(join(template.folder, `deep${index}-cow.img`), MEBIBYTE),
  );
  const { status, stderr } = blockSnapshot('prepare', 'snapshot', [template.root, ...cows].join(':'));
  test.equal(status, 1);
  test.match(stderr, `base ${template.root} with 40 cows is too deep a stack`.slice(5));
});

check('an origin with two cows is refused', (test, template) => {
  const { status, stderr } = blockSnapshot(
    'prepare',
    'origin',
    `${template.root}:${template.rootCow}:${template.vm1}`,
  );
  test.equal(status, 1);
  test.match(stderr, 'has 2 cows: an origin takes one');
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

check('a node that is none of ours is refused', (test, template) => {
  for (const [type, node] of [
    ['snapshot', 'vg-root'],
    ['snapshot', '/dev/sda'],
    ['snapshot', ''],
    ['snapshot', 'snapshot-1:2'],
    ['snapshot', 'origin-1:2'],
    ['origin', 'snapshot-1:2-3:4'],
    ['origin', '/dev/mapper/../mapper/origin-1:2'],
  ] as const) {
    const { status, stderr } = blockSnapshot('cleanup', type, node);
    test.equal(status, 1, node);
    test.match(stderr, /is not the name of (a snapshot|an origin): give the node that prepare printed/);
  }
  test.ok(template);
});

check('without permission the error says to run as root', (test, template) => {
  const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', executable()];
  const made = run('setpriv', [...asNobody, 'prepare', 'snapshot', `${template.root}:${template.rootCow}`]);
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
  'without loop devices, a snapshot target or device-mapper the error says what to load',
  (test, template) => {
    const modules = `/usr/lib/uml/modules/${must('uname', '-r')}/kernel/drivers`;
    const attempt = () => blockSnapshot('prepare', 'snapshot', `${template.root}:${template.rootCow}`);
    must('mv', '/dev/loop-control', '/dev/loop-control-away');
    test.match(attempt(), {
      status: 1,
      stderr: 'the kernel has no loop devices: load the module (modprobe loop)',
    });
    must('mv', '/dev/loop-control-away', '/dev/loop-control');

    must('rmmod', 'dm-snapshot');
    test.match(attempt(), {
      status: 1,
      stderr: 'the kernel has no device-mapper target "snapshot": load the module (modprobe dm-snapshot)',
    });
    test.same(leftovers(), []);
    must('rmmod', 'dm-bufio');
    must('rmmod', 'dm-mod');
    test.match(attempt(), {
      status: 1,
      stderr: 'the kernel has no device-mapper (/dev/mapper/control): load the module (modprobe dm-mod)',
    });
    for (const module of ['dm-mod', 'dm-bufio', 'dm-snapshot']) must('insmod', `${modules}/md/${module}.ko`);
    mustCleanup('snapshot', mustPrepare('snapshot', template.root, template.rootCow));
    test.same(deviceNames(), []);
  },
);

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
