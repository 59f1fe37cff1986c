// What prepare advises when a device or a file is in the way.
import { chmodSync, chownSync, readFileSync, writeFileSync } from 'node:fs';
import { check } from '../checks.ts';
import { hashOf, type Template } from '../images.ts';
import { prepareHere } from '../in-process.ts';
import { blockSnapshot, executable, must, mustCleanup, mustPrepare, run } from '../programs.ts';
import { loopDevices } from '../state.ts';
import { follow } from './follow.ts';

const stackOf = ({ root, rootCow, vm1 }: Template) => [root, rootCow, vm1].join(':');

check('a loop device that shows a part of the base: detached as advised, VMs start', (test, template) => {
  must('losetup', '-f', '--offset', '4096', template.root);
  const { status, stderr } = blockSnapshot('prepare', 'snapshot', stackOf(template));
  test.equal(status, 1);
  test.match(follow(stderr, 'losetup -d'), { status: 0 });
  mustCleanup('snapshot', mustPrepare('snapshot', stackOf(template)));
});

check('a loop device with other sectors than VMs see: detached as advised, VMs start', (test, template) => {
  must('losetup', '--sector-size', '4096', '-f', template.root);
  const { status, stderr } = blockSnapshot('prepare', 'snapshot', stackOf(template));
  test.equal(status, 1);
  test.match(follow(stderr, 'losetup -d'), { status: 0 });
  mustCleanup('snapshot', mustPrepare('snapshot', stackOf(template)));
});

/** Which of the ioctl calls of a program's first thread it was, as strace counts them. */
function numberOfCall(trace: string, call: RegExp): number {
  const lines = readFileSync(trace, 'utf8')
    .split('\n')
    .filter(line => line.includes(' ioctl('));
  const [first = ''] = lines[0]?.split(' ') ?? [];
  return lines.filter(line => line.startsWith(`${first} `)).findIndex(line => call.test(line)) + 1;
}

check('direct I/O that did not end at the first attempt: ended as advised, VMs start', (test, template) => {
  const loop = must('losetup', '--direct-io=on', '-f', '--show', template.root);
  const trace = `${template.folder}/trace`;
  const start = (...options: string[]) =>
    run('strace', ['-f', ...options, executable(), 'prepare', 'snapshot', stackOf(template)]);
  mustCleanup('snapshot', start('-o', trace, '-e', 'trace=ioctl').stdout.trim());
  const number = numberOfCall(trace, /LOOP_SET_DIRECT_IO|0x4c08/);
  test.ok(number > 0);
  must('losetup', '--direct-io=on', loop);
  const failing = ['-e', 'trace=ioctl', '-e', `inject=ioctl:error=EBUSY:when=${number}`];
  const { status, stderr } = start('-o', '/dev/null', ...failing);
  test.equal(status, 1);
  test.match(follow(stderr, 'losetup --direct-io'), { status: 0 });
  mustCleanup('snapshot', mustPrepare('snapshot', stackOf(template)));
  must('losetup', '-d', loop);
});

check('a look with losetup -r that is over does not lock the template out', (test, template) => {
  const loop = must('losetup', '-r', '-f', '--show', template.root);
  const vm = mustPrepare('snapshot', stackOf(template));
  must('losetup', '-d', loop);
  const origin = mustPrepare('origin', template.root, template.rootCow);
  test.equal(hashOf(vm), template.hash);
  mustCleanup('origin', origin);
  mustCleanup('snapshot', vm);
});

check(
  'a look with losetup -r that goes on keeps nobody out, and is not written through',
  (test, template) => {
    const loop = must('losetup', '-r', '-f', '--show', template.root);
    const cowLoop = must('losetup', '-r', '-f', '--show', template.rootCow);
    const origin = mustPrepare('origin', template.root, template.rootCow);
    test.equal(loopDevices().length, 4);
    mustCleanup('origin', origin);
    must('losetup', '-d', loop);
    must('losetup', '-d', cowLoop);
  },
);

check('an image that is mounted: unmounted as advised, VMs start', (test, template) => {
  const mount = `${template.folder}/mount point`;
  must('mkdir', mount);
  must('mkfs.ext4', '-q', '-F', template.root);
  must('mount', '-o', 'loop', template.root, mount);
  const { status, stderr } = blockSnapshot('prepare', 'snapshot', stackOf(template));
  test.equal(status, 1);
  test.match(stderr, template.root);
  test.notMatch(stderr, /cow/, 'the cow is not to blame');
  test.match(follow(stderr, 'umount'), { status: 0 });
  mustCleanup('snapshot', mustPrepare('snapshot', stackOf(template)));
});

check('a table that waits behind the live one: dropped as advised, VMs start', (test, template) => {
  const vm = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  const table = must('dmsetup', 'table', vm);
  must('dmsetup', 'load', vm, '--table', table.replace(/snapshot .*/, 'error'));
  const { stderr } = blockSnapshot('prepare', 'snapshot', stackOf(template));
  test.match(follow(stderr, 'dmsetup clear'), { status: 0 });
  mustCleanup('snapshot', mustPrepare('snapshot', stackOf(template)));
});

check(
  "a name that is taken by somebody's device: removed as advised, VMs start, and list advises no cleanup",
  (test, template) => {
    const { root, rootCow, vm1 } = template;
    const node = prepareHere('snapshot', root, rootCow, vm1);
    mustCleanup('snapshot', node);
    must('dmsetup', 'create', node.slice('/dev/mapper/'.length), '--table', '0 8192 error');
    test.notMatch(blockSnapshot('list').stdout, /cleanup/);
    const { status, stderr } = blockSnapshot('prepare', 'snapshot', stackOf(template));
    test.equal(status, 1);
    test.match(follow(stderr, 'dmsetup remove'), { status: 0 });
    mustCleanup('snapshot', mustPrepare('snapshot', stackOf(template)));
  },
);

check('records that others can write: closed as advised, cleanup goes on', (test, template) => {
  must('mkdir', '-p', '/run/xen-hotplug');
  chmodSync('/run/xen-hotplug', 0o777);
  chownSync('/run/xen-hotplug', 1, 1);
  const vm = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  const { status, stderr } = blockSnapshot('cleanup', 'snapshot', vm);
  test.equal(status, 1);
  test.match(follow(stderr, 'chown root'), { status: 0 });
  mustCleanup('snapshot', vm);
});

const CONFIGURATION = '/etc/block-snapshot.conf';

check('a configuration that others can write, or own: mended as advised, it is read', (test, template) => {
  writeFileSync(CONFIGURATION, 'REVISIONS=2\n');
  chmodSync(CONFIGURATION, 0o666);
  const start = () => blockSnapshot('prepare', 'snapshot', stackOf(template));
  test.match(follow(start().stderr, 'chmod go-w'), { status: 0 });
  chownSync(CONFIGURATION, 1, 1);
  test.match(follow(start().stderr, 'chown root'), { status: 0 });
  const { status, stdout } = start();
  test.equal(status, 0);
  mustCleanup('snapshot', stdout.trim());
  must('rm', CONFIGURATION);
});
