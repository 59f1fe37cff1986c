import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { check } from '../checks.ts';
import { disk, mustAdd, mustRemove } from '../hotplug/disks.ts';
import '../own-etc.ts';
import { allocatedBytes, hashOf, MEBIBYTE, statKey, writeRandomAt } from '../images.ts';
import { blockSnapshot, must, mustCleanup, mustPrepare } from '../programs.ts';
import { deviceNames, loopDevices, tableLine } from '../state.ts';
import { revisionsHere } from './in-process.ts';

const FILE = '/etc/block-snapshot.conf';

mkdirSync('/run/lab/ext4', { recursive: true });

function configure(...lines: string[]): void {
  writeFileSync(FILE, `${lines.join('\n')}\n`, { mode: 0o644 });
}

check(
  'the chunk size counts for stores that are begun, and one that is there keeps its own',
  (test, template) => {
    const { root, rootCow } = template;
    const chunkOf = (name: string | undefined) => / P (\d+)/.exec(tableLine(name ?? '') ?? '')?.[1];
    const first = mustPrepare('snapshot', root, rootCow);
    writeRandomAt(first, 0, 4096);
    mustCleanup('snapshot', first);
    configure('CHUNK_SIZE=64K');
    const both = mustPrepare('snapshot', root, rootCow, template.vm1);
    test.same(deviceNames().map(chunkOf), ['256', '128']);
    test.equal(
      mustPrepare('snapshot', root, rootCow, template.vm1),
      both,
      'what is there is what is asked for',
    );
    writeRandomAt(both, 0, MEBIBYTE);
    const hash = hashOf(both);
    mustCleanup('snapshot', both);
    rmSync(FILE);
    const again = mustPrepare('snapshot', root, rootCow, template.vm1);
    test.same(deviceNames().map(chunkOf), ['256', '128'], 'also when the choice is taken back');
    test.equal(hashOf(again), hash);
    test.match(must('dmsetup', 'status', again), /^0 8192 snapshot \d+\/\d+ \d+$/);
    mustCleanup('snapshot', again);
    test.equal(
      must('stat', '-c', '%s', template.vm1),
      String(4 * MEBIBYTE + 3 * 65_536),
      'it cannot overflow',
    );
  },
);

check('with chunks of 256 KiB the disk of a VM takes discards on every kernel', (test, template) => {
  configure('CHUNK_SIZE=256K');
  const node = mustPrepare('snapshot', template.root, template.rootCow, template.vm1);
  writeRandomAt(node, 0, 4 * MEBIBYTE);
  const full = allocatedBytes(template.vm1);
  must('blkdiscard', '--offset', '0', '--length', String(3 * MEBIBYTE), node);
  test.ok(full - allocatedBytes(template.vm1) >= 2.5 * MEBIBYTE, 'the cow file is smaller');
  mustCleanup('snapshot', node);
  rmSync(FILE);
});

check('direct I/O is as it is configured', (test, template) => {
  const image = `${template.folder}/filesystem.img`;
  must('truncate', '-s', '64M', image);
  must('mkfs.ext4', '-q', '-b', '4096', image);
  must('mount', '-o', 'loop', image, '/run/lab/ext4');
  const root = '/run/lab/ext4/root.img';
  must('cp', template.root, root);
  const stack = ['snapshot', root, '/run/lab/ext4/root-cow.img'] as const;
  const direct = () =>
    loopDevices()
      .filter(({ file }) => file.startsWith('/run/lab/ext4/'))
      .map(({ name }) => readFileSync(`/sys/block/${name}/loop/dio`, 'utf8').trim());
  for (const [choice, expected] of [
    ['auto', '0'],
    ['on', '1'],
    ['off', '0'],
  ] as const) {
    configure(`DIRECT_IO=${choice}`);
    const node = mustPrepare(...stack);
    test.same(direct(), [expected, expected], choice);
    mustCleanup('snapshot', node);
  }
  must('umount', '/run/lab/ext4');
  configure('DIRECT_IO=on');
  must('mount', '-t', 'ramfs', 'ramfs', '/run/lab/ext4');
  must('cp', template.root, root);
  test.match(blockSnapshot('prepare', 'snapshot', stack.slice(1).join(':')), {
    status: 1,
    stderr: `base ${root} is on a filesystem where direct I/O is not known to be safe (it is on ext4 and XFS): set DIRECT_IO=off in ${FILE}`,
  });
  must('umount', '/run/lab/ext4');
  rmSync(FILE);
});

/** What a VM is told of its disk by the kernel's limits. */
function limitsOf(node: string): string[] {
  const device = `/sys/block/${basename(must('readlink', '-f', node))}`;
  return [
    'queue/logical_block_size',
    'queue/physical_block_size',
    'queue/minimum_io_size',
    'queue/optimal_io_size',
    'queue/dma_alignment',
    'queue/discard_granularity',
    'alignment_offset',
  ].map(
    name =>
      `${name} ${existsSync(`${device}/${name}`) ? readFileSync(`${device}/${name}`, 'utf8').trim() : '-'}`,
  );
}

check(
  'a VM sees the same disk with direct I/O as without, whatever sectors the disk below has',
  (test, template) => {
    const image = `${template.folder}/disk.img`;
    const root = '/run/lab/ext4/root.img';
    const stack = [root, '/run/lab/ext4/root-cow.img'];
    must('truncate', '-s', '64M', image);
    for (const sector of ['512', '4096']) {
      const disk = must('losetup', '-f', '--show', '--sector-size', sector, image);
      must('mkfs.ext4', '-q', '-F', '-b', '4096', disk);
      must('mount', disk, '/run/lab/ext4');
      must('cp', template.root, root);
      configure('DIRECT_IO=off');
      const buffered = mustPrepare('snapshot', ...stack);
      const limits = limitsOf(buffered);
      test.equal(must('blockdev', '--getss', buffered), '512', `sectors of ${sector} bytes below`);
      mustCleanup('snapshot', buffered);
      configure('DIRECT_IO=on');
      const { status, stdout, stderr } = blockSnapshot('prepare', 'snapshot', stack.join(':'));
      if (sector === '512') {
        test.same(limitsOf(stdout.trim()), limits);
        mustCleanup('snapshot', stdout.trim());
      } else {
        test.equal(status, 1);
        test.match(
          stderr,
          `base ${root} is on a filesystem, or on a disk, that cannot do direct I/O in sectors of 512 bytes: set DIRECT_IO=off in ${FILE}`,
        );
      }
      must('umount', '/run/lab/ext4');
      must('losetup', '-d', disk);
    }
    rmSync(FILE);
  },
);

check('revisions and the commit on stop are as they are configured', (test, template) => {
  const { root, rootCow } = template;
  const vm = disk(80, 'origin');
  const runOnce = () => {
    writeRandomAt(mustAdd(vm, `${root}:${rootCow}`), 0, 4096);
    mustRemove(vm);
  };
  configure('COMMIT_ON_STOP=no', 'REVISIONS=2');
  const cow = statKey(rootCow);
  runOnce();
  test.equal(statKey(rootCow), cow, 'left to people');
  test.equal(blockSnapshot('commit', root).status, 0);
  test.equal(statKey(`${rootCow}.old`), cow);
  configure('REVISIONS=2');
  for (let run = 0; run < 2; run++) runOnce();
  test.equal(revisionsHere(root).length, 2);
  configure('REVISIONS=0');
  test.equal(blockSnapshot('commit', root).status, 0);
  test.equal(revisionsHere(root).length, 2, 'nothing has changed');
  runOnce();
  test.equal(revisionsHere(root).length, 0);
  rmSync(FILE);
});

check(
  'a mistake is an error with file and line, and only where something has to be decided',
  (test, template) => {
    const { root, rootCow } = template;
    const node = mustPrepare('snapshot', root, rootCow);
    configure('REVISIONS=1', 'CHUNK_SIZE=3');
    test.equal(mustPrepare('snapshot', root, rootCow), node, 'what is there needs no configuration');
    mustCleanup('snapshot', node);
    const refused = (reason: string) => {
      const { status, stdout, stderr } = blockSnapshot('prepare', 'snapshot', `${root}:${rootCow}`);
      test.same([status, stdout, stderr], [1, '', `block-snapshot: ${reason}\n`]);
      test.same(deviceNames(), []);
    };
    refused(`${FILE} line 2: CHUNK_SIZE is 3: it has to be 32K, 64K, 128K, 256K, 512K, 1M`);
    configure('REVISIONS=1');
    chmodSync(FILE, 0o666);
    refused(`${FILE} can be written by others than root: chmod go-w ${FILE}`);
    chmodSync(FILE, 0o644);
    chownSync(FILE, 1000, 0);
    refused(`${FILE} does not belong to root but to user 1000: chown root ${FILE}`);
    rmSync(FILE);
    mkdirSync(FILE);
    refused(`${FILE} is a directory: it has to be a file, or not to be there at all`);
    rmSync(FILE, { recursive: true });
  },
);
