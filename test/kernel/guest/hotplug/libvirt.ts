// libvirt's hook beside Xen's scripts, on the same templates: as libvirt calls it, without a libvirt.
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
} from 'node:fs';
import { check } from '../checks.ts';
import { hashOf } from '../images.ts';
import { executable, must, mustCleanup } from '../programs.ts';
import { deviceNames, records } from '../state.ts';
import { deleteBackend, disk, makeBackend, mustAdd, mustRemove, runScript } from './disks.ts';
import { type Domain, domain, hook, LINKS, linkOf, mustHook, stackOf, start, stop, xmlOf } from './hook.ts';

check("a disk of libvirt's is claimed like one of Xen's", (test, template) => {
  const vm = domain('work', 1);
  start(vm, stackOf(template, template.vm1));
  const node = readlinkSync(linkOf(vm));
  test.equal(hashOf(linkOf(vm)), template.hash);
  test.match(
    mustCleanup('snapshot', node),
    `in use by the VM disk libvirt-libxl-${vm.uuid}-xvda: left as it is`,
  );
  test.match(must(executable('destroy-snapshot'), node), '');
  test.equal(deviceNames().length, 2);
  stop(vm);
  stop(vm);
});

check("Xen's disks and libvirt's share a template, and neither sweeps the other", (test, template) => {
  const [xen, other] = [disk(60), disk(61)];
  const vm = domain('work', 2);
  mustAdd(xen, stackOf(template, template.vm1));
  start(vm, stackOf(template, template.vm2));
  test.equal(deviceNames().length, 3, 'the first layer is shared');
  // xenstore knows nothing of libvirt's: an add and a remove look for what is left of domains that are gone.
  deleteBackend(xen);
  mustAdd(other, `${template.root}:${template.rootCow}`, 'r');
  test.equal(hashOf(linkOf(vm)), template.hash);
  test.equal(records().filter(name => name.startsWith('libvirt-')).length, 3);
  mustRemove(other);
  test.equal(deviceNames().length, 2);
  stop(vm);
  test.same(records(), []);
});

check(
  'a device that somebody has open when its domain stops is taken down by the next one',
  (test, template) => {
    const [gone, next] = [domain('gone', 3), domain('next', 4)];
    start(gone, stackOf(template, template.vm1));
    const node = readlinkSync(linkOf(gone));
    const descriptor = openSync(node, 'r');
    const { status, stderr } = hook(gone, 'release end', xmlOf(gone, ''));
    test.equal(status, 1, 'which libvirt only writes into its log');
    test.match(
      stderr,
      `block-snapshot: gone: disk xvda: ${node} is in use: left as it is; the next call tries again`,
    );
    test.notOk(existsSync(linkOf(gone)), 'its link is gone');
    test.ok(
      records().every(name => name.startsWith('abandoned-')),
      'no domain has it',
    );
    start(gone, stackOf(template, template.vm1));
    closeSync(descriptor);
    stop(gone);
    test.same([deviceNames(), records()], [[], []], 'also when that is the same domain');
    start(gone, stackOf(template, template.vm1));
    const again = openSync(node, 'r');
    hook(gone, 'release end', xmlOf(gone, ''));
    closeSync(again);
    start(next, stackOf(template, template.vm2));
    test.equal(deviceNames().length, 2, 'the stack of the next domain alone');
    stop(next);
  },
);

check('what was left open can be cleaned up by hand', (test, template) => {
  const gone = domain('gone', 5);
  start(gone, stackOf(template, template.vm1));
  const node = readlinkSync(linkOf(gone));
  const descriptor = openSync(node, 'r');
  hook(gone, 'release end', xmlOf(gone, ''));
  closeSync(descriptor);
  test.equal(mustCleanup('snapshot', node), '');
  test.same(deviceNames(), []);
  start(gone, stackOf(template, template.vm1));
  stop(gone);
});

check("a domain's name leads nowhere but into a folder of its own", (test, template) => {
  for (const [index, [name, folder]] of [
    ['..', '%2E.'],
    ['a/../../b', 'a%2F..%2F..%2Fb'],
    ['two words\n', 'two%20words%0A'],
    ['<&>', '%3C%26%3E'],
    ['--help', '--help'],
  ].entries()) {
    const vm = domain(name ?? '', 10 + index, folder);
    start(vm, stackOf(template, template.vm1));
    test.same(
      readdirSync(LINKS).filter(entry => !entry.includes(':')),
      [folder],
    );
    stop(vm);
  }
});

check('a disk whose source is not the link of its own domain is refused', (test, template) => {
  const [own, other] = [domain('work', 40), domain('other', 41)];
  for (const source of [linkOf(other), '/dev/sda', `${linkOf(own)}x`, linkOf(own).toUpperCase()]) {
    const xml = xmlOf(own, stackOf(template, template.vm1)).replace(linkOf(own), source);
    const { status, stderr } = hook(own, 'prepare begin', xml);
    test.not(status, 0, source);
    test.match(stderr, `its source is ${source}: write <source dev="${linkOf(own)}"/>`);
  }
});

check('a release that never came is made up for by the next start', (test, template) => {
  const vm = domain('work', 20);
  start(vm, stackOf(template, template.vm1));
  start(vm, stackOf(template, template.vm2));
  test.equal(deviceNames().length, 2, 'the former disk is gone');
  test.match(readlinkSync(linkOf(vm)), deviceNames()[1]);
  stop(vm);
});

check('a folder that only root could pass is opened for QEMU, and its locks are not', (test, template) => {
  mkdirSync(LINKS, { recursive: true });
  chmodSync(LINKS, 0o700);
  const vm = domain('work', 21);
  start(vm, stackOf(template, template.vm1));
  test.equal(statSync(LINKS).mode & 0o7777, 0o711);
  for (const lock of readdirSync(LINKS).filter(name => name.endsWith('.lock')))
    test.equal(statSync(`${LINKS}/${lock}`).mode & 0o7777, 0o600);
  stop(vm);
});

check(
  'one device is the disk of one domain, unless all read it, or share it on purpose',
  (test, template) => {
    const [first, second] = [domain('first', 22), domain('second', 23)];
    const stack = `${template.root}:${template.rootCow}`;
    const begin = (of: Domain, inside: string) => hook(of, 'prepare begin', xmlOf(of, stack, inside));
    const silent = { status: 0, stdout: '', stderr: '' };
    for (const [theirs, own, refused] of [
      ['', '', 'already'],
      ['', '<readonly/>', 'is written to by'],
      ['<readonly/>', '', 'already'],
      ['<shareable/>', '', 'already'],
      ['<readonly/>', '<readonly/>', ''],
      ['<shareable/>', '<shareable/>', ''],
      ['<shareable/>', '<readonly/>', ''],
    ] as const) {
      const what = `${own || 'one that writes'} beside ${theirs || 'one that writes'}`;
      test.same(begin(first, theirs), silent);
      const outcome = begin(second, own);
      if (refused === '') test.same(outcome, silent, what);
      else {
        test.equal(outcome.status, 1, what);
        test.match(outcome.stderr, refused, what);
        test.match(outcome.stderr, `the VM disk libvirt-libxl-${first.uuid}-xvda`);
      }
      stop(first);
      if (refused === '') {
        test.equal(hashOf(linkOf(second)), template.hash);
        stop(second);
      }
      test.same([deviceNames(), records()], [[], []]);
    }
  },
);

check("a disk of Xen's is no domain's of libvirt, and the other way round", (test, template) => {
  const [xen, vm] = [disk(62), domain('work', 25)];
  const stack = stackOf(template, template.vm1);
  mustAdd(xen, stack);
  test.match(hook(vm, 'prepare begin', xmlOf(vm, stack)).stderr, 'the VM disk backend-vbd-62-51712 already');
  mustRemove(xen);
  mustAdd(xen, stack, 'r');
  mustHook(vm, 'prepare begin', stack, '<readonly/>');
  stop(vm);
  mustRemove(xen);
  start(vm, stack);
  for (const mode of ['r', 'w']) {
    makeBackend(xen, stack, mode);
    const { status, stderr } = runScript(xen, 'add');
    test.equal(status, 1);
    test.match(stderr, `the VM disk libvirt-libxl-${vm.uuid}-xvda`);
    deleteBackend(xen);
  }
  stop(vm);
});

check('a hook that is killed leaves nothing that the release does not take down', (test, template) => {
  const vm = domain('work', 24);
  const images = stackOf(template, template.vm1);
  const traced = '/run/lab/tmp/killed';
  const trace = ['strace', '-qq', '-o', traced, '-e', 'trace=ioctl'];
  hook(vm, 'prepare begin', xmlOf(vm, images), trace);
  stop(vm);
  const calls = readFileSync(traced, 'utf8').trim().split('\n').length;
  test.ok(calls > 12, `it makes ${calls} such calls`);
  for (const part of [1, 2, 3, 4]) {
    const call = Math.floor((calls * part) / 5);
    const killing = [...trace, '-e', `inject=ioctl:signal=KILL:when=${call}`];
    const { status } = hook(vm, 'prepare begin', xmlOf(vm, images), killing);
    test.not(status, 0, `killed at ioctl ${call}`);
    stop(vm);
    test.same([deviceNames(), records()], [[], []]);
  }
  start(vm, images);
  test.equal(hashOf(linkOf(vm)), template.hash);
  stop(vm);
});

check(
  'a release that is killed wherever it removes something leaves nothing to the next',
  (test, template) => {
    const vm = domain('work', 30);
    const rest = () => [deviceNames(), records(), existsSync(`${LINKS}/${vm.name}`)];
    for (const call of ['unlink', 'rmdir']) {
      let killed = 0;
      for (;;) {
        start(vm, stackOf(template, template.vm1));
        const inject = `inject=${call}:signal=KILL:when=${killed + 1}`;
        const { status } = hook(vm, 'release end', xmlOf(vm, ''), [
          ...['strace', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject],
        ]);
        if (status === 0) break;
        killed += 1;
        stop(vm);
        test.same(rest(), [[], [], false], `killed at ${call} ${killed}`);
      }
      test.ok(killed > 0, `${killed} of ${call}`);
    }
  },
);
