// The disks of VMs: as Xen's scripts make them, and as libvirt's hook does.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Test } from 'tap';
import { LOCK_FOLDER } from '../../../../src/devices/kernel/lock-file.ts';
import {
  type Disk,
  deleteBackend,
  disk,
  keyOf,
  makeBackend,
  mustAdd,
  mustRemove,
  pathOf,
  readBackend,
  runScript,
} from '../hotplug/disks.ts';
import { xenstored } from '../hotplug/surroundings.ts';
import { hashOf, writeRandomAt } from '../images.ts';
import { executable, must } from '../programs.ts';
import { records } from '../state.ts';
import { BOTH, beside, checkOn, cleanedUp, cloneLoops, prepared } from './world.ts';

const clone = (domain: number, device?: number) => disk(domain, 'reflink', device);

/** An add that has to be refused. @returns the reason in xenstore */
function refusal(of: Disk, parameters: string, mode = 'w'): string {
  makeBackend(of, parameters, mode);
  const { status, stderr } = runScript(of, 'add');
  const error = readBackend(of, 'hotplug-error') ?? '';
  deleteBackend(of);
  if (status !== 1 || stderr !== `block-snapshot: ${error}\n`) throw new Error(`exit ${status}: ${stderr}`);
  return error;
}

checkOn(BOTH, 'add tells blkback of the loop device in one transaction, and records it', (test, scene) => {
  const vm = clone(5);
  const images = `${scene.root}:${scene.vm()}`;
  makeBackend(vm, images);
  xenstored.changes();
  test.same(runScript(vm, 'add'), { status: 0, stdout: '', stderr: '' });
  const [{ node } = { node: '' }] = cloneLoops();
  const path = `/local/domain/0/${pathOf(vm)}`;
  const name = node.slice('/dev/'.length);
  test.same(xenstored.changes(), [
    [
      [`${path}/physical-device`, `7:${Number(name.slice('loop'.length)).toString(16)}`],
      [`${path}/physical-device-path`, node],
      [`${path}/node`, node],
      [`${path}/diskseq`, BigInt(readFileSync(`/sys/block/${name}/diskseq`, 'utf8').trim()).toString(16)],
      [`${path}/hotplug-status`, 'connected'],
    ],
  ]);
  const record = (suffix: string) => readFileSync(`/run/xen-hotplug/${keyOf(vm)}-${suffix}`, 'utf8');
  test.same([record('params'), record('type'), record('node')], [`${images}\n`, 'reflink\n', `${node}\n`]);
  test.equal(hashOf(node), scene.hash);
  mustRemove(vm);
  test.same(beside(scene.vm()), []);
});

checkOn(
  BOTH,
  "a template's run is committed when it stops, and VMs that run keep what they have",
  (test, scene) => {
    const [vm, template] = [clone(6), disk(7, 'reflink-origin')];
    const images = `${scene.root}:${scene.vm()}`;
    const node = mustAdd(vm, images);
    const written = mustAdd(template, scene.root);
    writeRandomAt(written, 0, 100_000);
    const newest = hashOf(written);
    mustRemove(template);
    test.equal(hashOf(scene.root), newest);
    test.match(beside(scene.root), [/^root\.img\.1@/]);
    test.equal(hashOf(node), scene.hash);
    mustRemove(vm);
    test.equal(hashOf(mustAdd(vm, images)), newest, 'the next start is of the newest version');
    mustRemove(vm);
  },
);

checkOn(['btrfs'], 'disks that are made anew and former versions leave no locks behind', (test, scene) => {
  const locks = () => readdirSync(LOCK_FOLDER).sort();
  const template = disk(8, 'reflink-origin');
  const update = (position: number) => {
    writeRandomAt(mustAdd(template, scene.root), position, 100_000);
    mustRemove(template);
  };
  const vm = clone(9);
  mustAdd(vm, `${scene.root}:${scene.vm()}`);
  update(0);
  const before = locks();
  mustRemove(vm);
  test.equal(locks().length, before.length - 1, 'its own has gone');
  for (const name of ['one', 'two']) {
    mustAdd(vm, `${scene.root}:${scene.vm(name)}`);
    update(200_000);
    mustRemove(vm);
  }
  test.equal(locks().length, before.length - 1);
});

checkOn(['XFS'], 'a disk that is kept is committed when its VM stops', (test, scene) => {
  const vm = clone(8);
  const image = scene.vm();
  const node = mustAdd(vm, `${scene.root}:${image}:keep`);
  writeRandomAt(node, 0, 4096);
  const own = hashOf(node);
  mustRemove(vm);
  test.equal(hashOf(image), own);
  test.match(beside(image), [/^root\.img\.1@/]);
  test.equal(hashOf(mustAdd(vm, `${scene.root}:${image}:keep`)), own);
  mustRemove(vm);
});

checkOn(['XFS'], 'no two VMs write to one disk, by whichever path they come', (test, scene) => {
  const [first, second] = [clone(9), clone(10)];
  const image = scene.vm();
  const node = mustAdd(first, `${scene.root}:${image}`);
  must('mkdir', `${scene.folder}/other`);
  must('mount', '--bind', `${scene.folder}/vm`, `${scene.folder}/other`);
  try {
    for (const path of [image, `${scene.folder}/other/root.img`])
      test.match(
        refusal(second, `${scene.root}:${path}`),
        `${node} is the VM disk ${keyOf(first)} already: give this one a disk of its own`,
      );
    test.match(refusal(second, `${scene.root}:${image}`, 'r'), `${node} is written to by the VM disk`);
  } finally {
    must('umount', `${scene.folder}/other`);
  }
  test.equal(hashOf(node), scene.hash);
  mustRemove(first);
  mustAdd(first, `${scene.root}:${image}`, 'r');
  test.equal(mustAdd(second, `${scene.root}:${image}`, 'r'), cloneLoops()[0]?.node, 'two may read it');
  mustRemove(first);
  test.equal(hashOf(cloneLoops()[0]?.node ?? ''), scene.hash, 'the second has it still');
  mustRemove(second);
});

checkOn(
  ['XFS'],
  'what a VM has left that went without remove is taken down by the next start',
  (test, scene) => {
    const [gone, next] = [clone(11), clone(12)];
    mustAdd(gone, `${scene.root}:${scene.vm('gone')}`);
    deleteBackend(gone);
    mustAdd(next, `${scene.root}:${scene.vm('next')}`);
    test.equal(cloneLoops().length, 1);
    test.same(beside(scene.vm('gone')), []);
    mustRemove(next);
  },
);

checkOn(
  ['XFS'],
  'a loop device that nobody has is no disk of a VM that starts: it is made anew',
  (test, scene) => {
    const images = `${scene.root}:${scene.vm()}`;
    const left = prepared('reflink', images);
    writeRandomAt(left, 0, 4096);
    const vm = clone(13);
    test.equal(hashOf(mustAdd(vm, images)), scene.hash);
    test.equal(cloneLoops().length, 1);
    mustRemove(vm);
    const open = prepared('reflink', images);
    const descriptor = openSync(open, 'r');
    test.match(refusal(vm, images), `is in use through ${open}, by no VM disk that is recorded`);
    closeSync(descriptor);
    test.equal(hashOf(open), scene.hash, 'what somebody has open stays');
    cleanedUp('reflink', open);
    mustAdd(vm, images);
    mustRemove(vm);
  },
);

checkOn(
  ['XFS'],
  'what is open when its VM has stopped goes when it is closed, and with it the files',
  (test, scene) => {
    const vm = clone(14);
    const images = `${scene.root}:${scene.vm()}`;
    const node = mustAdd(vm, images);
    const descriptor = openSync(node, 'r');
    test.same(runScript(vm, 'remove'), { status: 0, stdout: '', stderr: '' });
    test.equal(cloneLoops().length, 1);
    test.not(records().length, 0, 'it is remembered');
    closeSync(descriptor);
    test.same(cloneLoops(), [], 'the kernel has let go');
    mustRemove(vm);
    test.same(beside(scene.vm()), []);
  },
);

checkOn(['XFS'], 'add and remove of a clone start no other program', (test, scene) => {
  const vm = clone(15);
  makeBackend(vm, `${scene.root}:${scene.vm()}`);
  for (const command of ['add', 'remove'])
    test.equal(
      must(
        'sh',
        '-c',
        `XENBUS_PATH=${pathOf(vm)} strace -f -qq -e trace=execve,execveat -o /run/lab/trace ` +
          `"${executable('block-reflink')}" ${command} && grep -c 'execve' /run/lab/trace`,
      ),
      '1',
      command,
    );
  deleteBackend(vm);
});

const UUID = '00000000-0000-4000-8000-000000000077';

function hook(test: Test, operation: string, type: string, images: string): string {
  const xml = `<domain type='xen'><name>clones</name><uuid>${UUID}</uuid>
  <metadata><b:devices xmlns:b="urn:block-snapshot:devices:1"><b:device target="xvda" type="${type}" images="${images}"/></b:devices></metadata>
  <devices><disk><source dev='/run/block-snapshot/clones/xvda'/><target dev='xvda'/></disk></devices>
</domain>`;
  const { status, stdout, stderr } = spawnSync(
    executable('block-snapshot-libxl'),
    ['clones', ...operation.split(' '), '-'],
    { input: xml, encoding: 'utf8', timeout: 60_000 },
  );
  test.same([status, stdout], [0, ''], `${operation}: ${stderr}`);
  return stderr;
}

checkOn(
  ['XFS'],
  "libvirt's hook makes a clone, with the link of its domain, and takes it down",
  (test, scene) => {
    const images = `${scene.root}:${scene.vm()}`;
    hook(test, 'prepare begin', 'reflink', images);
    const node = readlinkSync('/run/block-snapshot/clones/xvda');
    test.equal(node, cloneLoops()[0]?.node);
    test.equal(hashOf(node), scene.hash);
    test.match(refusal(clone(16), images), `${node} is the VM disk libvirt-libxl-${UUID}-xvda already`);
    hook(test, 'release end', 'reflink', images);
    test.notOk(existsSync('/run/block-snapshot/clones'));
    hook(test, 'prepare begin', 'reflink-origin', scene.root);
    writeRandomAt('/run/block-snapshot/clones/xvda', 0, 4096);
    hook(test, 'release end', 'reflink-origin', scene.root);
    test.match(beside(scene.root), [/^root\.img\.1@/], "a template's run is committed");
  },
);
