// A kernel on which nothing is loaded: each error has to say what is missing.
import { mkdirSync } from 'node:fs';
import t from 'tap';
import { MEBIBYTE, makeImage } from './images.ts';
import { planMessage } from './kernel-log.ts';
import { blockSnapshot, DRIVERS, executable, must } from './programs.ts';

t.setTimeout(0);
planMessage('^device-mapper: (table: .*unknown target type|ioctl: error adding target to table)');
mkdirSync('/run/lab/images');
const root = makeImage('/run/lab/images/root.img', MEBIBYTE, 'random');
const attempt = () => blockSnapshot('prepare', 'snapshot', `${root}:/run/lab/images/root-cow.img`);
const load = (...names: string[]) => {
  for (const name of names) must('insmod', `${DRIVERS}/${name}.ko`);
};

t.match(
  attempt(),
  {
    status: 1,
    stderr: 'the kernel has no device-mapper (/dev/mapper/control): load the module (modprobe dm-mod)',
  },
  'without device-mapper',
);
load('md/dm-mod');
t.match(
  attempt(),
  { status: 1, stderr: 'the kernel has no loop devices: load the module (modprobe loop)' },
  'without loop devices',
);
load('block/loop');
t.match(
  attempt(),
  {
    status: 1,
    stderr: 'the kernel has no device-mapper target "snapshot": load the module (modprobe dm-snapshot)',
  },
  'without the snapshot target',
);
t.equal(must('losetup', '-a'), '', 'no loop device is left');
t.equal(must('dmsetup', 'ls'), 'No devices found', 'no device is left');
t.equal(must('ls', '/run/lab/images'), 'root.img', 'the cow that was made is gone again');
load('md/dm-bufio', 'md/dm-snapshot');
const { status, stdout } = attempt();
t.equal(status, 0, 'with all of them it works');
must(executable(), 'cleanup', 'snapshot', stdout.trim());
