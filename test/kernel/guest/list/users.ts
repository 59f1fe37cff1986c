import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { forgetRecord, writeRecord } from '../../../../src/claims/records.ts';
import { parseNode } from '../../../../src/devices/request/node-request.ts';
import { withXenstore } from '../../../../src/xen/xenstore/store.ts';
import { check } from '../checks.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { blockSnapshot, executable, kernel, must, run } from '../programs.ts';
import { onlyTemplate, seen, warnings } from './seen.ts';

const HOSTILE = 'evil\u001b[2J\u009b31m\r\nname\u202etxt';

check(
  'a VM is named by its record and by xenstore, without anybody having the device open',
  (test, template) => {
    const node = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
    record('backend-vbd-7-51712', node);
    withXenstore(store => store.write('/local/domain/7/name', 'work'));
    const vm = {
      kind: 'vm',
      domain: 7,
      name: 'work',
      gone: false,
      disk: 51712,
      connected: false,
      recorded: true,
    };
    test.match(onlyTemplate().versions[0]?.layers[0], { users: [vm], unused: false, unknownUsers: 0 });
    test.same(seen().unused, [], 'its claim keeps the device');
    forgetRecord('backend-vbd-7-51712');
    test.same(seen().unused, [node], 'without it nobody uses it');
    cleanupHere('snapshot', node);
  },
);

check(
  'a VM that xenstore does not know any more is said to be gone, and its device to be unused',
  (test, template) => {
    const node = prepareHere('snapshot', template.root, template.rootCow);
    record('backend-vbd-70-51728', node);
    test.match(onlyTemplate().versions[0], { users: [{ domain: 70, name: null, gone: true }], unused: true });
    test.match(blockSnapshot('list').stdout, /nobody: domain 70, gone \(xvdb\)\n/);
    forgetRecord('backend-vbd-70-51728');
    cleanupHere('snapshot', node);
  },
);

check('the record of a device that is not there is shown', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow);
  record('backend-vbd-71-51712', node);
  cleanupHereByForce(node);
  test.match(seen(), {
    templates: [],
    staleRecords: [{ record: 'backend-vbd-71-51712', domain: 71, disk: 51712, node }],
  });
  test.match(
    blockSnapshot('list').stdout,
    /gone:\n {2}backend-vbd-71-51712 {2}domain 71 \(xvda\) {2}snapshot-/,
  );
  forgetRecord('backend-vbd-71-51712');
});

check(
  'a name with control characters cannot reach the terminal, and comes whole in JSON',
  (test, template) => {
    const node = prepareHere('snapshot', template.root, template.rootCow);
    record('backend-vbd-8-51712', node);
    withXenstore(store => store.write('/local/domain/8/name', HOSTILE));
    test.match(onlyTemplate().versions[0]?.users[0], { name: HOSTILE });
    const { stdout } = blockSnapshot('list');
    test.match(stdout, 'evil\\x1b[2J\\x9b31m\\x0d\\x0aname\\x202etxt (xvda)');
    test.notMatch(stdout.replaceAll('\n', ''), /[\p{Cc}\u202e]/u);
    forgetRecord('backend-vbd-8-51712');
    cleanupHere('snapshot', node);
  },
);

check('without xenstore the numbers of domains are shown, and a warning says why', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow);
  record('backend-vbd-9-51712', node);
  const { status, stdout, stderr } = run('env', ['XENSTORED_PATH=/run/no-xenstore', executable(), 'list']);
  test.equal(status, 0);
  test.match(stdout, /domain 9 \(xvda\)/);
  test.match(
    stderr,
    /^block-snapshot: warning: the names of VMs are missing: xenstore at \/run\/no-xenstore cannot be reached.*\n$/,
  );
  forgetRecord('backend-vbd-9-51712');
  cleanupHere('snapshot', node);
});

check('records that others than root can write do not count, and a warning says so', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow);
  record('backend-vbd-10-51712', node);
  must('chmod', '777', '/run/xen-hotplug');
  test.match(onlyTemplate().versions[0], { users: [], unused: true });
  test.match(warnings, [
    /the records of disks do not count: \/run\/xen-hotplug is not a folder that only root/,
  ]);
  must('chmod', '755', '/run/xen-hotplug');
  forgetRecord('backend-vbd-10-51712');
  cleanupHere('snapshot', node);
});

check('a process that has a device open is named, once, and its device is not unused', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  const descriptor = openSync(node, 'r');
  const child = spawn('sleep', ['100'], { stdio: [descriptor, descriptor, 'ignore'] });
  closeSync(descriptor);
  waitUntil(() => onlyTemplate().versions[0]?.layers[0]?.users[0]?.['name'] === 'sleep');
  const [layer] = onlyTemplate().versions[0]?.layers ?? [];
  test.match(layer, {
    users: [{ kind: 'process', pid: child.pid, name: 'sleep' }],
    unknownUsers: 0,
    unused: false,
  });
  test.equal(layer?.users.length, 1);
  test.match(blockSnapshot('list').stdout, `sleep[${child.pid}]`);
  child.kill('SIGKILL');
  waitUntil(() => kernel.deviceTable(node.slice('/dev/mapper/'.length))?.openCount === 0);
  cleanupHere('snapshot', node);
});

check('a device that is mounted is shown with the folder', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  must('mkfs.ext4', '-q', node);
  const folder = `${template.folder}/a folder`;
  mkdirSync(folder);
  must('mount', node, folder);
  const [layer] = onlyTemplate().versions[0]?.layers ?? [];
  test.match(layer, { users: [{ kind: 'mount', path: folder }], unknownUsers: 0, unused: false });
  must('umount', folder);
  cleanupHere('snapshot', node);
});

check('another device that is built on a layer is shown, and is no template of ours', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow);
  must('dmsetup', 'create', 'part-of-it', '--table', `0 8 linear ${node} 0`);
  const { users, unused, unknownUsers } = onlyTemplate().versions[0] ?? {};
  test.same([users, unused, unknownUsers], [[{ kind: 'device', name: 'part-of-it' }], false, 0]);
  must('dmsetup', 'remove', 'part-of-it');
  cleanupHere('snapshot', node);
});

check('what nobody uses goes by the very command that list names', (test, template) => {
  prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  const { stdout } = blockSnapshot('list');
  test.match(stdout, /volatile|vm1-cow\.img .* nobody\n/);
  const [, command = ''] =
    /need:\n {2}block-snapshot (cleanup snapshot \/dev\/mapper\/\S+)\n/.exec(stdout) ?? [];
  test.same(blockSnapshot(...command.split(' ')).status, 0);
  test.same(seen().templates, []);
});

check(
  'a first layer is not unused while the template runs, for it keeps the old blocks',
  (test, template) => {
    const origin = prepareHere('origin', template.root, template.rootCow);
    test.match(onlyTemplate(), { origin: { unused: true, state: 'active' }, versions: [{ unused: false }] });
    test.same(seen().unused, [origin]);
    test.match(blockSnapshot('list').stdout, /current +the running template\n/);
    cleanupHere('origin', origin);
  },
);

function record(key: string, node: string): void {
  writeRecord(key, { parameters: 'BASE:COW', device: parseNode(node) });
}

function cleanupHereByForce(node: string): void {
  must('dmsetup', 'remove', node);
}

function waitUntil(holds: () => boolean): void {
  for (let waited = 0; !holds(); waited += 20) {
    if (waited > 20_000) throw new Error('it did not come about within 20 s');
    kernel.sleepMilliseconds(20);
  }
}
