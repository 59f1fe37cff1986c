import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import type { Test } from 'tap';
import { withXenstore } from '../../../../src/xen/xenstore/store.ts';
import { check } from '../checks.ts';
import { hashOf, type Template, writeRandomAt } from '../images.ts';
import { blockSnapshot, must, mustCleanup, mustPrepare, UDEV } from '../programs.ts';
import { deviceNames, fingerprint, leftovers, records } from '../state.ts';
import {
  type Disk,
  deleteBackend,
  disk,
  makeBackend,
  mustAdd,
  mustRemove,
  pathOf,
  readBackend,
  runScript,
} from './disks.ts';
import { LOG, xenstored } from './surroundings.ts';

const stackOf = (template: Template) => `${template.root}:${template.rootCow}:${template.vm1}`;

/** An add that has to fail: with one line that says why, to people and to libxl, and nothing left. */
function refused(test: Test, of: Disk, reason: string | RegExp): void {
  const { status, stdout, stderr } = runScript(of, 'add');
  test.same([status, stdout, stderr.split('\n').length], [1, '', 2], String(reason));
  test.match(stderr, reason);
  test.notMatch(stderr, /undefined|\bat .*:\d+/);
  test.equal(readBackend(of, 'hotplug-status'), 'error');
  test.equal(`block-snapshot: ${readBackend(of, 'hotplug-error')}\n`, stderr, 'libxl shows the same');
  test.equal(readBackend(of, 'physical-device'), undefined);
  test.same(records(), [], 'no record is left');
  deleteBackend(of);
}

check('an image that cannot be used gives libxl the one-line reason', (test, template) => {
  const vm = disk(20);
  const missing = `${template.folder}/missing.img`;
  for (const [parameters, reason] of [
    [`${template.root}:${missing}`, `cow ${missing} does not exist`],
    [`${missing}:${template.rootCow}`, `base ${missing} does not exist`],
    [`${template.folder}:${template.rootCow}`, `base ${template.folder} is a directory`],
    ['root.img:cow.img', 'base root.img is a relative path'],
    [template.root, 'names no cow'],
    [`${template.root}::${template.vm1}`, 'the path of a cow is empty'],
    [`${template.root}:${template.rootCow}:${template.rootCow}`, 'is given twice'],
    [`/${'x'.repeat(3900)}:/b`, 'has a name too long for its filesystem'],
  ] as const) {
    makeBackend(vm, parameters);
    refused(test, vm, reason);
  }
  test.same(leftovers(), []);
});

check('what libxl should have written has to be there, and to make sense', (test, template) => {
  const vm = disk(21);
  const path = pathOf(vm);
  withXenstore(store => store.write(`${path}/mode`, 'w'));
  refused(test, vm, `${path}/params in xenstore is missing`);
  for (const [mode, reason] of [
    ['x', 'mode in xenstore is x: it has to be r or w'],
    ['w\n', 'mode in xenstore is w\\x0a: it has to be r or w'],
    ['', 'mode in xenstore is : it has to be r or w'],
  ] as const) {
    makeBackend(vm, stackOf(template), mode);
    refused(test, vm, reason);
  }
  makeBackend(vm, stackOf(template));
  withXenstore(store => store.write(`${path}/params`, `${template.root}\0:/b`));
  refused(test, vm, 'params in xenstore has a NUL in it');
  makeBackend(vm, `${template.root}\n:/b`);
  refused(test, vm, 'has a newline in its path');
});

check('an error goes to syslog and into the log as well', test => {
  const vm = disk(23);
  const receiver: ChildProcess = spawn(
    'perl',
    [
      '-MSocket',
      '-e',
      'socket(S, AF_UNIX, SOCK_DGRAM, 0); bind(S, sockaddr_un("/dev/log")) or die; alarm 60;' +
        'recv(S, $b, 8192, 0); open(F, ">", "/run/lab/syslog.new"); print F $b; close F; rename("/run/lab/syslog.new", "/run/lab/syslog")',
    ],
    { stdio: 'ignore' },
  );
  must('sh', '-c', 'until [ -S /dev/log ]; do sleep 0.1; done');
  rmSync(LOG, { force: true });
  makeBackend(vm, '/nowhere/root.img:/nowhere/cow.img');
  refused(test, vm, 'base /nowhere/root.img does not exist');
  must('sh', '-c', 'until [ -e /run/lab/syslog ]; do sleep 0.1; done');
  test.match(
    readFileSync('/run/lab/syslog', 'utf8'),
    /^<27>block-snapshot\[\d+\]: backend\/vbd\/23\/51712: add: base \/nowhere\/root.img does not exist/,
  );
  test.match(
    readFileSync(LOG, 'utf8'),
    /backend\/vbd\/23\/51712 domain 23 add: failed: base \/nowhere\/root.img does not exist[^\n]* \(\d+ ms\)\n$/,
  );
  receiver.kill();
  unlinkSync('/dev/log');
});

check(
  'an add that xenstore does not take leaves nothing of its own, and all that was there',
  (test, template) => {
    const first = mustPrepare('snapshot', template.root, template.rootCow);
    const before = fingerprint();
    const vm = disk(24);
    makeBackend(vm, stackOf(template));
    for (const [behaviour, reason] of [
      ['EAGAIN forever', 'EAGAIN again and again'],
      ['EAGAIN on all but the end', 'refused "write backend/vbd/24/51712/physical-device": EAGAIN'],
      ['last answer lost', 'ended the conversation at "end transaction"'],
    ] as const) {
      xenstored.behave(behaviour);
      const started = performance.now();
      const { status, stderr } = runScript(vm, 'add');
      test.equal(status, 1, behaviour);
      test.match(stderr, reason);
      test.ok(performance.now() - started < 15_000, 'far within the 40 s of libxl');
      test.same(records(), []);
      test.equal(fingerprint(), before, 'the device that was there before is as it was');
    }
    xenstored.behave('proper');
    mustAdd(vm, stackOf(template));
    mustRemove(vm);
    test.same(deviceNames(), []);
    test.notOk(existsSync(first));
  },
);

// It takes 10 seconds, and udev has no part in it.
if (!UDEV)
  check('xenstore that hangs is given up well before the 40 s of libxl', (test, template) => {
    const vm = disk(25);
    makeBackend(vm, stackOf(template));
    xenstored.behave('hangs');
    const started = performance.now();
    const { status, stderr } = runScript(vm, 'add');
    xenstored.behave('proper');
    test.equal(status, 1);
    test.match(stderr, 'did not answer "read backend/vbd/25/51712/params" within 5 s');
    test.ok(performance.now() - started < 15_000);
    deleteBackend(vm);
  });

check('records in a folder that others can write are not believed', (test, template) => {
  const vm = disk(26);
  const node = mustAdd(vm, stackOf(template));
  chmodSync('/run/xen-hotplug', 0o777);
  for (const command of ['add', 'remove'] as const) {
    const { status, stderr } = runScript(vm, command);
    test.equal(status, 1);
    test.match(stderr, '/run/xen-hotplug is not a folder that only root can write');
  }
  chmodSync('/run/xen-hotplug', 0o755);
  test.equal(hashOf(node), template.hash);
  mustRemove(vm);
});

check('a record that holds something else is named, and takes nothing down', (test, template) => {
  const node = mustPrepare('snapshot', template.root, template.rootCow);
  for (const text of ['/dev/sda\n', 'snapshot-1:2\n', '/dev/mapper/vg-root\n', node, node.slice(0, -1)]) {
    writeFileSync('/run/xen-hotplug/backend-vbd-27-51712-node', text);
    const { status, stderr } = runScript(disk(27), 'remove');
    test.equal(status, 1);
    test.match(stderr, /\/run\/xen-hotplug\/backend-vbd-27-51712-node (is damaged \(it )?holds/);
  }
  const { status, stderr } = blockSnapshot('cleanup', 'snapshot', node);
  test.equal(status, 1, 'nor does anybody else, while it cannot be told whose it is');
  test.match(stderr, '/run/xen-hotplug/backend-vbd-27-51712-node is damaged');
  unlinkSync('/run/xen-hotplug/backend-vbd-27-51712-node');
  mustCleanup('snapshot', node);
});

check('a kernel that refuses the table gives its reason, and nothing is left', (test, template) => {
  const vm = disk(28);
  writeRandomAt(template.vm1, 0, 4096);
  makeBackend(vm, stackOf(template));
  refused(test, vm, `cow ${template.vm1} holds something other than a snapshot store`);
  test.same(deviceNames(), []);
});
