// VMs that are gone without a remove: what is advised takes down what they left, and no record of theirs keeps anybody out.
import { forgetRecord, writeRecord } from '../../../../src/claims/records.ts';
import { parseNode } from '../../../../src/devices/request/node-request.ts';
import { check } from '../checks.ts';
import { deleteBackend, disk, keyOf, mustAdd } from '../hotplug/disks.ts';
import { xenstored } from '../hotplug/surroundings.ts';
import { MEBIBYTE, type Template } from '../images.ts';
import { prepareHere } from '../in-process.ts';
import { runTemplate } from '../life/in-process.ts';
import { blockSnapshot, mustCleanup } from '../programs.ts';
import { deviceNames, records } from '../state.ts';
import { follow } from './follow.ts';

process.once('beforeExit', () => xenstored.stop());

const OPERATIONS: readonly string[][] = [['revert', '--yes'], ['trim'], ['commit']];
const stackOf = ({ root, rootCow, vm1 }: Template) => [root, rootCow, vm1].join(':');

check(
  'a VM that xenstore forgot: the cleanup that list advises takes its device down, and its record',
  (test, template) => {
    const vm = disk(60);
    mustAdd(vm, stackOf(template));
    deleteBackend(vm);
    test.match(follow(blockSnapshot('list').stdout, 'block-snapshot cleanup snapshot'), {
      status: 0,
      said: '',
    });
    test.same([deviceNames(), records()], [[], []]);
  },
);

for (const operation of OPERATIONS)
  check(`a template's VMs that xenstore forgot do not keep a ${operation[0]}`, (test, template) => {
    runTemplate(template.root, template.rootCow, [0, MEBIBYTE]);
    blockSnapshot('commit', template.root);
    const [vm, origin] = [disk(61), disk(62, 'origin')];
    mustAdd(origin, `${template.root}:${template.rootCow}`);
    mustAdd(vm, stackOf(template));
    for (const one of [vm, origin]) deleteBackend(one);
    test.match(blockSnapshot(...operation, template.root), { status: 0 });
    test.same([deviceNames(), records()], [[], []]);
  });

for (const attachment of ['backend-vbd-7-51712', 'libvirt-qemu-6d1a5b1e-0c5a-4f4e-8b1a-3f1d2c4b5a69-vda'])
  check(`records of an earlier boot keep nobody out: ${attachment}`, (test, template) => {
    runTemplate(template.root, template.rootCow, [0, MEBIBYTE]);
    blockSnapshot('commit', template.root);
    const { root, rootCow, vm1 } = template;
    const node = prepareHere('snapshot', root, rootCow, vm1);
    mustCleanup('snapshot', node);
    xenstored.behave('closes');
    writeRecord(attachment, { parameters: stackOf(template), device: parseNode(node) });
    for (const operation of OPERATIONS) test.match(blockSnapshot(...operation, root), { status: 0 });
    xenstored.behave('proper');
    forgetRecord(attachment);
  });

check('a VM that is there keeps its device, whatever cleanup is asked for', (test, template) => {
  const vm = disk(63);
  const node = mustAdd(vm, stackOf(template));
  test.match(mustCleanup('snapshot', node), keyOf(vm));
  test.match(blockSnapshot('trim', template.root), { status: 1, stderr: /stop those VMs first/ });
  deleteBackend(vm);
  mustCleanup('snapshot', node);
});
