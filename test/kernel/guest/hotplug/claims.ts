import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { check } from '../checks.ts';
import { hashOf, statKey, type Template } from '../images.ts';
import { executable, must, mustCleanup, run } from '../programs.ts';
import { deviceNames, loopDevices, records } from '../state.ts';
import {
  type Disk,
  deleteBackend,
  disk,
  keyOf,
  makeBackend,
  mustAdd,
  mustRemove,
  runScript,
} from './disks.ts';

const stackOf = (template: Template, cow: string) => `${template.root}:${template.rootCow}:${cow}`;

check('what another disk has claimed is not taken down, though nobody has it open', (test, template) => {
  const [first, second] = [disk(30), disk(31)];
  const node = mustAdd(first, stackOf(template, template.vm1));
  const layer = node.split('-').slice(0, 3).join('-');
  for (const target of [node, layer]) {
    const said = mustCleanup('snapshot', target);
    test.match(said, `${target} is in use by the VM disk ${keyOf(first)}: left as it is`);
    const destroyed = run(executable('destroy-snapshot'), [target]);
    test.same([destroyed.status, destroyed.stderr], [0, said], 'destroy-snapshot says the same');
  }
  mustAdd(second, stackOf(template, template.vm2));
  mustRemove(second);
  test.equal(hashOf(node), template.hash, 'a VM that stops takes nothing away from one that starts');
  mustRemove(first);
});

check('a claimed origin is not taken down, nor the first layers that are claimed', (test, template) => {
  const [template1, vm] = [disk(32, 'origin'), disk(33)];
  const origin = mustAdd(template1, `${template.root}:${template.rootCow}`);
  test.match(mustCleanup('origin', origin), `${origin} is in use by the VM disk ${keyOf(template1)}`);
  const node = mustAdd(vm, `${template.root}:${template.rootCow}`, 'r');
  mustRemove(template1);
  test.equal(hashOf(node), template.hash, 'the first layer stays for the VM');
  test.equal(deviceNames().length, 1);
  mustRemove(vm);
});

check('one template twice in one VM: when one goes, the other stays', (test, template) => {
  const [first, second] = [disk(34, 'origin'), disk(34, 'origin', 51728)];
  const stack = `${template.root}:${template.rootCow}`;
  const node = mustAdd(first, stack);
  test.equal(mustAdd(second, stack), node);
  mustRemove(first);
  test.equal(must('blockdev', '--getsize64', node), String(4 << 20));
  mustRemove(second);
});

check('a device that is still open is remembered, and the next call takes it down', (test, template) => {
  const [gone, other] = [disk(36), disk(37)];
  const node = mustAdd(gone, stackOf(template, template.vm1));
  const descriptor = openSync(node, 'r');
  mustRemove(gone);
  test.equal(records().length, 3, 'the record stays');
  mustAdd(other, stackOf(template, template.vm2));
  test.equal(deviceNames().length, 3, 'it is open still');
  closeSync(descriptor);
  mustRemove(other);
  test.same([deviceNames(), records()], [[], []], 'the next call takes down both');
});

check('what the add of another VM finds of a VM that is gone goes as well', (test, template) => {
  const [gone, other] = [disk(38), disk(39)];
  mustAdd(gone, stackOf(template, template.vm1));
  deleteBackend(gone);
  mustAdd(other, stackOf(template, template.vm2));
  test.equal(deviceNames().length, 2, 'only the stack of the new VM is there');
  test.equal(records().length, 3);
  mustRemove(other);
});

check('the record of a former domain of the same number does not keep its devices', (test, template) => {
  const vm = disk(40);
  mustAdd(vm, stackOf(template, template.vm1));
  const node = mustAdd(vm, stackOf(template, template.vm2));
  test.equal(deviceNames().length, 2);
  test.equal(readFileSync(`/run/xen-hotplug/${keyOf(vm)}-node`, 'utf8'), `${node}\n`);
  mustRemove(vm);
});

check('a device that is closed a moment late is waited for', (test, template) => {
  const vm = disk(41);
  const node = mustAdd(vm, stackOf(template, template.vm1));
  must('sh', '-c', `sleep 1 <${node} >/dev/null 2>&1 & sleep 0.2`);
  const started = performance.now();
  mustRemove(vm);
  test.ok(performance.now() - started < 3000);
  test.same(deviceNames(), []);
});

/** Attaches a disk as the bash script did: its devices, and its records. */
function attachAsBefore(template: Template, of: Disk, cow: string): string {
  const loopOf = (path: string) =>
    must('losetup', '-j', path).split(':')[0] || must('losetup', '-f', '--show', path);
  const [base, first, second] = [template.root, template.rootCow, cow].map(loopOf);
  const [baseKey, firstKey, secondKey] = [template.root, template.rootCow, cow].map(statKey);
  const layer = `snapshot-${baseKey}-${firstKey}`;
  if (!deviceNames().includes(layer))
    must('dmsetup', 'create', layer, '--table', `0 8192 snapshot ${base} ${first} P 256`);
  const name = `${layer}-${secondKey}`;
  must('dmsetup', 'create', name, '--table', `0 8192 snapshot /dev/mapper/${layer} ${second} P 256`);
  makeBackend(of, stackOf(template, cow));
  mkdirSync('/run/xen-hotplug', { recursive: true });
  const record = (suffix: string, value: string) =>
    writeFileSync(`/run/xen-hotplug/${keyOf(of)}-${suffix}`, `${value}\n`);
  record('params', stackOf(template, cow));
  record('type', 'snapshot');
  record('node', `/dev/mapper/${name}`);
  return `/dev/mapper/${name}`;
}

check('an upgrade in place: disks that the bash script attached are detached by ours', (test, template) => {
  const [before, also, after] = [disk(42), disk(43), disk(44)];
  const third = `${template.folder}/vm3-cow.img`;
  must('truncate', '-s', '4M', third);
  const node = attachAsBefore(template, before, template.vm1);
  attachAsBefore(template, also, template.vm2);
  test.equal(must('blockdev', '--getsize64', node), String(4 << 20));
  const loops = loopDevices();
  mustRemove(before);
  test.equal(deviceNames().length, 2, 'the other one has its devices still');
  const added = mustAdd(after, stackOf(template, third));
  test.equal(hashOf(added), template.hash, 'a new VM shares the first layer of the old ones');
  mustRemove(also);
  mustRemove(after);
  test.same([deviceNames(), records()], [[], []]);
  // Their loop devices are not torn down by force: that script left its own behind, ours clear themselves.
  for (const { name } of loops) must('losetup', '-d', `/dev/${name}`);
});

check('a downgrade in place: what ours attached can be detached by its records alone', (test, template) => {
  const vm = disk(45);
  mustAdd(vm, stackOf(template, template.vm1));
  const script = [
    `store=/run/xen-hotplug/${keyOf(vm)}`,
    '[ "$(cat $store-type)" = snapshot ]',
    'node=$(cat $store-node)',
    'IFS=: read -r base cow cow2 <$store-params',
    'stat $base $cow $cow2 >/dev/null',
    'dmsetup remove $node && dmsetup remove $(echo $node | sed s/-[^-]*$//)',
    'rm $store-params $store-type $store-node',
  ];
  must('env', 'DM_DISABLE_UDEV=1', 'bash', '-ec', script.join('\n'));
  deleteBackend(vm);
  test.same(deviceNames(), []);
});

check('a layer on which others lie is handed out to be read, and not to be written', (test, template) => {
  const [top, lower] = [disk(38), disk(39)];
  const first = `${template.root}:${template.rootCow}`;
  const node = mustAdd(top, stackOf(template, template.vm1));
  makeBackend(lower, first);
  const { status, stderr } = runScript(lower, 'add');
  test.equal(status, 1);
  test.match(stderr, `is what the VM disk ${keyOf(top)} lies on`);
  deleteBackend(lower);
  test.equal(`${mustAdd(lower, first, 'r')}-${statKey(template.vm1)}`, node);
  mustRemove(lower);
  mustRemove(top);
});
