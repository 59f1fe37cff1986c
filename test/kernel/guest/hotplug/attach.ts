import { readFileSync, statSync } from 'node:fs';
import { check } from '../checks.ts';
import { hashOf, statKey } from '../images.ts';
import { executable, must } from '../programs.ts';
import { deviceNames, records } from '../state.ts';
import {
  deleteBackend,
  disk,
  keyOf,
  makeBackend,
  makeDomain,
  mustAdd,
  mustRemove,
  pathOf,
  runScript,
} from './disks.ts';
import { LOG, xenstored } from './surroundings.ts';

check('add tells blkback and libxl of the device in one transaction', (test, template) => {
  const vm = disk(5);
  const stack = `${template.root}:${template.rootCow}:${template.vm1}`;
  makeBackend(vm, stack);
  xenstored.changes();
  test.same(runScript(vm, 'add'), { status: 0, stdout: '', stderr: '' });
  const node = `/dev/mapper/snapshot-${[template.root, template.rootCow, template.vm1].map(statKey).join('-')}`;
  const [major, minor] = must('stat', '-L', '-c', '%t %T', node).split(' ');
  const kernelName = must('dmsetup', 'info', '-c', '--noheadings', '-o', 'blkdevname', node);
  const path = `/local/domain/0/${pathOf(vm)}`;
  test.same(xenstored.changes(), [
    [
      [`${path}/physical-device`, `${major}:${minor}`],
      [`${path}/physical-device-path`, node],
      [`${path}/node`, node],
      [
        `${path}/diskseq`,
        BigInt(readFileSync(`/sys/block/${kernelName}/diskseq`, 'utf8').trim()).toString(16),
      ],
      [`${path}/hotplug-status`, 'connected'],
    ],
  ]);
  test.equal(hashOf(node), template.hash);
  mustRemove(vm);
});

check('add records params, type and node as the bash script does, one value each', (test, template) => {
  const vm = disk(6);
  const stack = `${template.root}:${template.rootCow}:${template.vm1}`;
  const node = mustAdd(vm, stack);
  const record = (suffix: string) => readFileSync(`/run/xen-hotplug/backend-vbd-6-51712-${suffix}`, 'utf8');
  test.same([record('params'), record('type'), record('node')], [`${stack}\n`, 'snapshot\n', `${node}\n`]);
  test.equal(must('sh', '-c', 'cat /run/xen-hotplug/backend-vbd-6-51712-node'), node);
  test.equal(statSync('/run/xen-hotplug').mode & 0o022, 0, 'nobody but root can write them');
  mustRemove(vm);
  test.same(records(), []);
});

check('remove needs nothing from xenstore', (test, template) => {
  const vm = disk(7);
  mustAdd(vm, `${template.root}:${template.rootCow}:${template.vm1}`);
  deleteBackend(vm);
  xenstored.behave('closes');
  test.same(runScript(vm, 'remove'), { status: 0, stdout: '', stderr: '' });
  xenstored.behave('proper');
  test.same(deviceNames(), []);
});

check("remove with no record is a success, as for a stub domain's disk", (test, template) => {
  const vm = disk(8);
  mustAdd(vm, `${template.root}:${template.rootCow}:${template.vm1}`);
  test.same(runScript(vm, 'remove'), { status: 0, stdout: '', stderr: '' });
  test.same(runScript(vm, 'remove'), { status: 0, stdout: '', stderr: '' });
  test.same(runScript(disk(9), 'remove'), { status: 0, stdout: '', stderr: '' });
  deleteBackend(vm);
});

check('a stub domain and its VM share one disk, which goes with the second remove', (test, template) => {
  const [stub, vm] = [disk(11), disk(10)];
  makeDomain(stub, 'stub', vm);
  makeDomain(vm, 'vm');
  const stack = `${template.root}:${template.rootCow}:${template.vm1}`;
  const node = mustAdd(vm, stack);
  test.equal(mustAdd(stub, stack), node);
  mustRemove(stub);
  test.equal(hashOf(node), template.hash, 'the VM still has it');
  mustRemove(vm);
});

check('a read-only disk of one layer shows the template, and two VMs share it', (test, template) => {
  const [first, second] = [disk(12), disk(13)];
  const node = mustAdd(first, `${template.root}:${template.rootCow}`, 'r');
  test.equal(mustAdd(second, `${template.root}:${template.rootCow}`, 'r'), node);
  test.equal(hashOf(node), template.hash);
  mustRemove(first);
  test.equal(hashOf(node), template.hash);
  mustRemove(second);
});

check('a disk of five layers is attached', (test, template) => {
  const cows = [1, 2, 3].map(number => {
    const path = `${template.folder}/layer${number}-cow.img`;
    must('truncate', '-s', '4M', path);
    return path;
  });
  const vm = disk(14);
  const node = mustAdd(vm, [template.root, template.rootCow, template.vm1, ...cows].join(':'));
  test.equal(deviceNames().length, 5);
  test.equal(hashOf(node), template.hash);
  mustRemove(vm);
});

check('the name that it is called by says the type: an origin runs beside its VMs', (test, template) => {
  const [template1, vm] = [disk(15, 'origin'), disk(16)];
  mustAdd(vm, `${template.root}:${template.rootCow}:${template.vm1}`);
  const origin = mustAdd(template1, `${template.root}:${template.rootCow}`);
  test.equal(origin, `/dev/mapper/origin-${statKey(template.root)}`);
  test.equal(readFileSync(`/run/xen-hotplug/${keyOf(template1)}-type`, 'utf8'), 'origin\n');
  // The type of a record counts, not the name that remove is called by.
  test.same(runScript({ ...template1, type: 'snapshot' }, 'remove'), { status: 0, stdout: '', stderr: '' });
  deleteBackend(template1);
  test.equal(deviceNames().length, 2, 'the VM has its two layers still');
  mustRemove(vm);
});

check('four disks of one VM are attached and detached', (test, template) => {
  const disks = [0, 16, 32, 48].map(offset => disk(17, 'snapshot', 51712 + offset));
  const cows = disks.map((_, index) => {
    const path = `${template.folder}/disk${index}-cow.img`;
    must('truncate', '-s', '4M', path);
    return path;
  });
  for (const [index, of] of disks.entries())
    mustAdd(of, `${template.root}:${template.rootCow}:${cows[index]}`);
  test.equal(deviceNames().length, 5);
  test.equal(records().length, 12);
  for (const of of disks) mustRemove(of);
});

check('each call is one line in the log of the hotplug scripts', (test, template) => {
  const vm = disk(18);
  must('rm', '-f', LOG);
  const node = mustAdd(vm, `${template.root}:${template.rootCow}:${template.vm1}`, 'w');
  mustRemove(vm);
  const lines = readFileSync(LOG, 'utf8').split('\n');
  test.equal(lines.length, 3);
  const start = '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z block-snapshot\\[\\d+\\] backend/vbd/18/51712 domain 18 ';
  test.match(lines[0], new RegExp(`${start}add: connected ${node}, mode w \\(\\d+ ms\\)$`));
  test.match(lines[1], new RegExp(`${start}remove: removed ${node.slice(12)} \\(\\d+ ms\\)$`));
});

check('add and remove start no other program', (test, template) => {
  const vm = disk(19);
  makeBackend(vm, `${template.root}:${template.rootCow}:${template.vm1}`);
  for (const command of ['add', 'remove']) {
    test.equal(
      must(
        'sh',
        '-c',
        `XENBUS_PATH=${pathOf(vm)} strace -f -qq -e trace=execve,execveat -o /run/lab/trace ` +
          `"${executable()}" ${command} && grep -c 'execve' /run/lab/trace`,
      ),
      '1',
      `${command}: one execve, its own`,
    );
  }
  deleteBackend(vm);
});
