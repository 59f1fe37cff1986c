// libvirt's hook under a real libvirtd with its QEMU driver: domains are defined, started and stopped.
import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import t, { type Test } from 'tap';
import { hashOf, MEBIBYTE, makeImage, makeTemplate, readAt } from './images.ts';
import {
  awaitHookCall,
  domainXml,
  hookCalls,
  mustVirsh,
  restartDaemon,
  startAtOnce,
  throughQemu,
  virsh,
} from './libvirt/daemon.ts';
import { defineQuickly, describeVm, savedImage, uuidOf } from './libvirt/domains.ts';
import { executable, must, run } from './programs.ts';
import { deviceNames, fingerprint, leftovers, loopDevices, records } from './state.ts';

t.setTimeout(0);
const template = makeTemplate();
const { root, rootCow, vm1, vm2, folder, hash } = template;
const stack = `${root}:${rootCow}`;
const link = (name: string, target = 'vda') => `/run/block-snapshot/${name}/${target}`;
const nothingLeft = (test: Test) => test.same(leftovers(), [], 'nothing is left');

t.test('domain-xml define hands a domain to libvirt, with the metadata and the stable link', async test => {
  const options = describeVm('work1', [{ prepare: 'snapshot', path: `${stack}:${vm1}` }]);
  const { status, stdout, stderr } = domainXml('define', 'work1', ...options);
  test.same([status, stdout, stderr], [0, 'work1: defined (/run/templates/libvirt/xen.xml)\n', '']);
  const xml = mustVirsh('dumpxml', 'work1');
  test.match(xml, `<source dev='${link('work1')}'/>`);
  test.match(xml, new RegExp(`<\\w*:?device target="vda" type="snapshot" images="${stack}:${vm1}"/>`));
  nothingLeft(test);
});

t.test('domain-xml define shows what changes since the last time', async test => {
  const disks = [{ prepare: 'snapshot', path: `${stack}:${vm1}` }] as const;
  const { status, stdout } = domainXml('define', 'work1', ...describeVm('work1', [...disks], 17));
  test.equal(status, 0);
  test.match(stdout, /^- {3}<memory unit="KiB">16384<\/memory>\n\+ {3}<memory unit="KiB">17408<\/memory>$/m);
});

t.test('two domains start at once, and share what they have in common', async test => {
  defineQuickly('work2', { prepare: 'snapshot', path: `${stack}:${vm2}` });
  test.same(await startAtOnce('work1', 'work2'), [], 'both start');
  test.equal(deviceNames().length, 3, 'the first layer, and one for each');
  test.equal(loopDevices().length, 4);
  for (const name of ['work1', 'work2']) {
    test.equal(hashOf(link(name)), hash, `${name} sees the bytes of the template through its link`);
    test.match(readlinkSync(link(name)), '/dev/mapper/snapshot-');
  }
});

t.test('completion is told the domains that libvirt has, whether they run or not', async test => {
  test.same(must(executable(), 'complete', 'vms').split('\n'), ['work1', 'work2']);
  mustVirsh('destroy', 'work2');
  test.same(must(executable(), 'complete', 'vms').split('\n'), ['work1', 'work2']);
  mustVirsh('start', '--paused', 'work2');
});

t.test('QEMU, which is not root, reads the disk and writes to it', async test => {
  const pid = must('sh', '-c', 'cat /run/libvirt/qemu/work1.pid');
  test.match(readFileSync(`/proc/${pid}/status`, 'utf8'), /^Uid:\t64055\t/m);
  const first = readAt(root, 0, 16);
  const hexadecimal = [...first].map(byte => byte.toString(16).padStart(2, '0')).join(' ');
  test.match(throughQemu('work1', 'read -v 0 512'), hexadecimal, 'the first bytes of the template');
  throughQemu('work1', 'write -P 0xa5 1048576 4096');
  throughQemu('work1', 'flush');
  test.ok(
    readAt(link('work1'), MEBIBYTE, 4096).every(byte => byte === 0xa5),
    'what it wrote is on its disk',
  );
  test.equal(hashOf(link('work2')), hash, 'and not on that of the other');
  test.equal(hashOf(root), hash, "nor in the template's image");
});

t.test('who is not root can pass to a link, and can neither look around nor open a lock', async test => {
  const as = (...command: string[]) =>
    run('setpriv', ['--reuid=64055', '--regid=64055', '--clear-groups', ...command]);
  test.equal(as('readlink', link('work1')).status, 0);
  test.not(as('ls', '/run/block-snapshot').status, 0);
  const [lock = ''] = readdirSync('/run/block-snapshot').filter(name => name.endsWith('.lock'));
  test.not(as('cat', `/run/block-snapshot/${lock}`).status, 0);
});

t.test("the template's origin is a domain of its own, and those that run keep the old bytes", async test => {
  const options = describeVm('origin', [{ prepare: 'origin', path: stack }]);
  const { status, stdout, stderr } = domainXml('start', 'origin', '--paused', ...options);
  test.same([status, stderr], [0, '']);
  test.match(stdout, /^origin: started, paused \(/);
  throughQemu('origin', 'write -P 0x5a 0 4096');
  throughQemu('origin', 'flush');
  test.equal(hashOf(link('work2')), hash, 'a domain that runs still reads the old bytes');
  test.ok(
    readAt(link('origin'), 0, 4096).every(byte => byte === 0x5a),
    'the template has changed',
  );
});

t.test('libvirtd is killed and comes back while domains run: nothing is disturbed', async test => {
  const before = fingerprint();
  const recorded = records();
  restartDaemon();
  test.equal(mustVirsh('list', '--name').trim().split('\n').sort().join(), 'origin,work1,work2');
  awaitHookCall(/ work1 reconnect begin -$/);
  test.same([fingerprint(), records()], [before, recorded]);
  const said = throughQemu('work1', 'read -P 0xa5 1048576 4096');
  test.match(said, /^read 4096\/4096 bytes/m);
  test.notMatch(said, 'verification failed');
});

t.test('a domain whose metadata is taken away while it runs is taken down all the same', async test => {
  mustVirsh('metadata', 'work2', 'urn:block-snapshot:devices:1', '--live', '--remove');
  mustVirsh('destroy', 'work2');
  test.notOk(existsSync(link('work2')));
  test.equal(deviceNames().length, 3, 'the first layer, that of the other domain, and the origin');
});

t.test('domain-xml stop destroys what is paused, and says so', async test => {
  for (const name of ['origin', 'work1']) {
    const { status, stdout, stderr } = domainXml('stop', name);
    test.same([status, stdout, stderr], [0, `${name}: destroyed (it is paused)\n`, '']);
  }
  test.same(domainXml('stop', 'work1').stdout, 'work1: was not running\n');
  nothingLeft(test);
  test.notOk(existsSync('/run/block-snapshot/work1'), 'no folder of links either');
});

t.test('hooks of others are called too, before and after ours', async test => {
  const calls = hookCalls().filter(call => call.includes(' work1 '));
  test.same(
    calls.slice(0, 2),
    ['qemu', 'qemu.d/other'].map(name => `/etc/libvirt/hooks/${name} work1 prepare begin -`),
  );
});

/** Starts a domain that must not start. @returns what virsh said */
function refused(test: Test, name: string): string {
  const { status, stderr } = virsh('start', name);
  test.equal(status, 1);
  test.notMatch(stderr, /undefined|\bat .*:\d+:\d+/);
  nothingLeft(test);
  return stderr;
}

t.test(
  'a disk that was kept over a run of the template is refused: its blocks are of the version before',
  async test => {
    test.match(refused(test, 'work1'), `disk vda: cow ${vm1} was begun on another version`);
    for (const cow of [vm1, vm2]) {
      rmSync(cow);
      makeImage(cow, 4 * MEBIBYTE);
    }
  },
);

t.test('a start whose disk cannot be made fails with our line, and leaves nothing', async test => {
  renameSync(vm1, `${vm1}.away`);
  test.match(
    refused(test, 'work1'),
    `block-snapshot: work1: disk vda: cow ${vm1} does not exist: check the path, or make the file first`,
  );
  renameSync(`${vm1}.away`, vm1);
});

t.test('a start whose second disk cannot be made takes down the first', async test => {
  const disks = [vm1, `${folder}/none-cow.img`].map(cow => ({
    prepare: 'snapshot' as const,
    path: `${stack}:${cow}`,
  }));
  const { status, stderr } = domainXml('start', 'two', '--transient', ...describeVm('two', disks));
  test.equal(status, 1);
  test.equal(
    stderr,
    `domain-xml: virsh create two: libvirt's hook says: block-snapshot: two: ` +
      `disk vdb: cow ${folder}/none-cow.img does not exist: check the path, or make the file first\n`,
  );
  nothingLeft(test);
});

t.test('a start that fails after the devices were made leaves nothing', async test => {
  defineQuickly(
    'late',
    { prepare: 'snapshot', path: `${stack}:${vm1}` },
    { prepare: null, path: '/dev/no-such-disk' },
  );
  test.match(refused(test, 'late'), /no-such-disk/);
  // The last word is libvirt's reason, which 9.0 does not know yet.
  awaitHookCall(/ late release end (?:-|failed)$/);
});

t.test('a domain that was renamed does not get the disk of another', async test => {
  mustVirsh('domrename', 'work2', 'renamed');
  test.match(
    refused(test, 'renamed'),
    `renamed: disk vda: its source is ${link('work2')}: write <source dev="${link('renamed')}"/>`,
  );
  mustVirsh('undefine', 'renamed');
});

t.test('metadata that makes no sense fails the start, with our line', async test => {
  const xml = mustVirsh('dumpxml', 'work1').replace('type="snapshot"', 'type="clone"');
  writeFileSync('/run/bad.xml', xml);
  mustVirsh('define', '/run/bad.xml');
  test.match(
    refused(test, 'work1'),
    'block-snapshot: work1: disk vda: its type clone is neither snapshot nor origin, nor reflink or reflink-origin',
  );
});

t.test('a disk that another domain has is refused', async test => {
  for (const name of ['first', 'second'])
    defineQuickly(name, { prepare: 'snapshot', path: `${stack}:${vm1}` });
  mustVirsh('start', '--paused', 'first');
  const node = readlinkSync(link('first'));
  const second = virsh('start', 'second');
  test.equal(second.status, 1);
  test.match(
    second.stderr,
    `second: disk vda: ${node} is the VM disk libvirt-qemu-${uuidOf('first')}-vda already`,
  );
  test.same([readlinkSync(link('first')), deviceNames().length], [node, 2], 'the first has its disk still');
  mustVirsh('destroy', 'first');
  nothingLeft(test);
});

t.test('a domain that was saved is not restored, with our line', async test => {
  const { status, stderr } = virsh('restore', savedImage('first'));
  test.equal(status, 1);
  test.match(stderr, 'block-snapshot: first cannot be restored: its disks were taken down when it was saved');
  mustVirsh('start', '--paused', '--force-boot', 'first');
  mustVirsh('destroy', 'first');
  nothingLeft(test);
});

t.test('a domain without metadata starts as ever', async test => {
  const loop = must('losetup', '-f', '--show', makeImage(`${folder}/plain.img`, MEBIBYTE));
  defineQuickly('plain', { prepare: null, path: loop });
  mustVirsh('start', '--paused', 'plain');
  test.same(records(), []);
  mustVirsh('destroy', 'plain');
  must('losetup', '-d', loop);
  nothingLeft(test);
});
