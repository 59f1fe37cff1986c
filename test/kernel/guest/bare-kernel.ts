// A kernel on which nothing is loaded: each error has to say what is missing, and what it advises brings it.
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import t from 'tap';
import { follow } from './advice/follow.ts';
import { MEBIBYTE, makeImage } from './images.ts';
import { planMessage } from './kernel-log.ts';
import { blockSnapshot, executable, must } from './programs.ts';

t.setTimeout(0);
planMessage('^device-mapper: (table: .*unknown target type|ioctl: error adding target to table)');
mkdirSync('/run/lab/images');
const root = makeImage('/run/lab/images/root.img', MEBIBYTE, 'random');
const attempt = () => blockSnapshot('prepare', 'snapshot', `${root}:/run/lab/images/root-cow.img`);

// modprobe looks for the modules of this kernel where the lab has them.
mkdirSync('/run/lab/modprobe/lib', { recursive: true });
symlinkSync(`${process.env['lab_kernel']}/modules`, '/run/lab/modprobe/lib/modules');
process.env['MODPROBE_OPTIONS'] = '-d /run/lab/modprobe';

t.test('No program in the lab can use io_uring, whose maps this kernel loses at a fork', async test => {
  const file = '/proc/sys/kernel/io_uring_disabled';
  test.ok(existsSync(file), 'the kernel of this lab can switch it off');
  test.equal(readFileSync(file, 'utf8'), '2\n');
});

/** What is missing, and the module that is advised. */
const MISSING = [
  ['device-mapper', 'the kernel has no device-mapper (/dev/mapper/control): load the module', 'dm-mod'],
  ['loop devices', 'the kernel has no loop devices: load the module', 'loop'],
  [
    'the snapshot target',
    'the kernel has no device-mapper target "snapshot": load the module',
    'dm-snapshot',
  ],
] as const;

for (const [what, said, module] of MISSING)
  t.test(`${what}, loaded as advised, is missed no longer`, test => {
    const { status, stderr } = attempt();
    test.equal(status, 1);
    test.match(stderr, `${said} (modprobe ${module})`);
    if (what === 'the snapshot target') {
      test.equal(must('losetup', '-a'), '', 'no loop device is left');
      test.equal(must('dmsetup', 'ls'), 'No devices found', 'no device is left');
    }
    test.equal(must('ls', '/run/lab/images'), 'root.img', 'the cow that was made is gone again');
    test.match(follow(stderr, 'modprobe'), { status: 0 });
    test.end();
  });

t.test('with all of them it works', test => {
  const { status, stdout } = attempt();
  test.equal(status, 0);
  must(executable(), 'cleanup', 'snapshot', stdout.trim());
  test.end();
});
