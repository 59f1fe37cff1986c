// Who may have a disk: the rule of Xen's own block script.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { withXenstore } from '../../../../src/xen/xenstore/store.ts';
import { check, checkLasting } from '../checks.ts';
import type { Template } from '../images.ts';
import { executable, must } from '../programs.ts';
import { deviceNames, records } from '../state.ts';
import {
  type Disk,
  deleteBackend,
  disk,
  keyOf,
  makeBackend,
  makeDomain,
  mustAdd,
  mustRemove,
  pathOf,
  readBackend,
  runScript,
} from './disks.ts';

const stackOf = (template: Template, ...cows: string[]) =>
  [template.root, template.rootCow, ...cows].join(':');

/** An add that has to be refused, with nothing of it left and nothing of others changed. @returns what it says */
function refusal(of: Disk, parameters: string, mode = 'w'): string {
  const before = [deviceNames(), records()];
  makeBackend(of, parameters, mode);
  const { status, stdout, stderr } = runScript(of, 'add');
  const error = readBackend(of, 'hotplug-error') ?? '';
  const told = [readBackend(of, 'hotplug-status'), readBackend(of, 'physical-device')];
  deleteBackend(of);
  const after = [deviceNames(), records()];
  if (status !== 1 || stdout !== '' || stderr !== `block-snapshot: ${error}\n`)
    throw new Error(`it was not refused: exit ${status}: ${stdout}${stderr}`);
  if (told.join() !== 'error,') throw new Error(`it was told of: ${told.join()}`);
  if (JSON.stringify(before) !== JSON.stringify(after)) throw new Error(`it changed ${before} to ${after}`);
  return error;
}

check("a disk that one VM writes to is no other VM's, whoever comes second", (test, template) => {
  const [first, second] = [disk(70), disk(71)];
  const stack = stackOf(template, template.vm1);
  for (const [known, what] of [
    [() => undefined, 'without a word of xenstore on whose they are'],
    [() => [makeDomain(first, 'one'), makeDomain(second, 'two')], 'as two VMs'],
  ] as const) {
    known();
    const node = mustAdd(first, stack);
    test.match(refusal(second, stack), `${node} is the VM disk ${keyOf(first)} already`, what);
    test.match(refusal(second, stack, 'r'), `${node} is written to by the VM disk ${keyOf(first)}`, what);
    mustRemove(first);
    mustAdd(second, stack, 'r');
    test.match(refusal(first, stack), `${node} is the VM disk ${keyOf(second)} already`, what);
    mustRemove(second);
  }
});

check('a template starts once at a time', (test, template) => {
  const [first, second] = [disk(72, 'origin'), disk(73, 'origin')];
  const node = mustAdd(first, stackOf(template));
  for (const mode of ['w', 'r']) test.match(refusal(second, stackOf(template), mode), node);
  mustRemove(first);
  mustAdd(second, stackOf(template));
  mustRemove(second);
});

check('any number of VMs reads a disk, until one means to write', (test, template) => {
  const disks = [74, 75, 76].map(domain => disk(domain));
  for (const of of disks) mustAdd(of, stackOf(template), 'r');
  test.match(refusal(disk(77), stackOf(template)), 'already');
  for (const of of disks) mustRemove(of);
});

check('who is a stub domain, and of which VM, its target says', (test, template) => {
  const [vm, stub, other] = [disk(80), disk(81), disk(82)];
  makeDomain(vm, 'served');
  makeDomain(stub, 'stub', vm);
  makeDomain(other, 'other-stub', disk(83));
  makeDomain(disk(83), 'other');
  const stack = stackOf(template, template.vm1);
  mustAdd(stub, stack);
  mustAdd(vm, stack);
  test.match(refusal(other, stack), 'already', "another VM's stub domain");
  test.match(refusal(disk(83), stack), 'already', 'another VM');
  mustRemove(vm);
  test.match(refusal(disk(83), stack), keyOf(stub), 'the stub domain has it still');
  mustRemove(stub);
});

check('the follower of a domain, which is the same VM, need not wait for its end', (_test, template) => {
  const [before, after] = [disk(84), disk(85)];
  for (const of of [before, after]) makeDomain(of, 'same');
  mustAdd(before, stackOf(template, template.vm1));
  mustAdd(after, stackOf(template, template.vm1));
  mustRemove(before);
  mustRemove(after);
});

check('a disk that is gone keeps nobody from it, nor one that never came to be', (_test, template) => {
  const [gone, next] = [disk(86), disk(87)];
  mustAdd(gone, stackOf(template, template.vm1));
  deleteBackend(gone);
  mustAdd(next, stackOf(template, template.vm1));
  mustRemove(next);
});

check('w! is shared on purpose, as in Xen', (test, template) => {
  const [first, second] = [disk(88), disk(89)];
  const stack = stackOf(template, template.vm1);
  mustAdd(first, stack, 'w!');
  mustAdd(second, stack, 'w!');
  mustAdd(disk(90), stack, 'r');
  test.match(refusal(disk(91), stack), 'already', 'who writes alone does not get it');
  for (const of of [first, second, disk(90)]) mustRemove(of);
  mustAdd(first, stack);
  test.equal(mustAdd(second, stack, 'w!'), readBackend(first, 'node'), 'who insists gets it');
  for (const of of [first, second]) mustRemove(of);
  mustAdd(first, stack);
  test.match(refusal(second, stackOf(template), 'w!'), 'lies on', 'but not what others lie on');
  test.match(refusal(second, stack, 'x'), 'it has to be r or w');
  mustRemove(first);
});

check('a mode that cannot be read is one that writes', (test, template) => {
  const [first, second] = [disk(92), disk(93)];
  mustAdd(first, stackOf(template), 'r');
  withXenstore(store => store.write(`${pathOf(first)}/mode`, '?'));
  test.match(refusal(second, stackOf(template), 'r'), 'is written to by');
  withXenstore(store => store.remove(`${pathOf(first)}/mode`));
  test.match(refusal(second, stackOf(template), 'r'), 'is written to by');
  mustRemove(first);
});

check('what a VM writes to gets no layers of others', (test, template) => {
  const [lower, upper] = [disk(94), disk(95)];
  const node = mustAdd(lower, stackOf(template));
  test.match(
    refusal(upper, stackOf(template, template.vm1)),
    `lies on ${node}, which the VM disk ${keyOf(lower)} writes to`,
  );
  mustRemove(lower);
  mustAdd(lower, stackOf(template), 'r');
  mustAdd(upper, stackOf(template, template.vm1));
  mustRemove(lower);
  mustRemove(upper);
});

check("a device that Xen's own block script gave to a VM is that VM's", (test, template) => {
  const [other, vm] = [disk(96), disk(97)];
  const node = must(executable(), 'prepare', 'snapshot', stackOf(template, template.vm1));
  const [major, minor] = must('stat', '-L', '-c', '%t %T', node).split(' ');
  makeBackend(other, node);
  withXenstore(store => store.write(`${pathOf(other)}/physical-device`, `${major}:${minor}`));
  const blkback = openSync(node, 'r+');
  test.match(refusal(vm, stackOf(template, template.vm1)), `is the VM disk ${keyOf(other)} already`);
  makeDomain(other, 'it');
  makeDomain(vm, 'it');
  mustAdd(vm, stackOf(template, template.vm1));
  closeSync(blkback);
  mustRemove(vm);
  deleteBackend(other);
});

check(
  'what this machine has mounted is written to by no VM, and read by one where it is mounted so',
  (test, template) => {
    const vm = disk(98);
    const stack = stackOf(template, template.vm1);
    const node = must(executable(), 'prepare', 'snapshot', stack);
    must('mkfs.ext4', '-q', node);
    must('mkdir', '-p', '/run/lab/mounted here');
    must('mount', node, '/run/lab/mounted here');
    for (const mode of ['w', 'w!', 'r'])
      test.match(
        refusal(vm, stack, mode),
        `device ${node} is mounted on /run/lab/mounted here: unmount it first (umount '/run/lab/mounted here')`,
      );
    must('mount', '-o', 'remount,ro', '/run/lab/mounted here');
    test.match(refusal(vm, stack), 'is mounted on');
    mustAdd(vm, stack, 'r');
    must('umount', '/run/lab/mounted here');
    mustRemove(vm);
  },
);

checkLasting('of two that want one disk at once one gets it, for every pair', async (test, template) => {
  const stack = stackOf(template, template.vm1);
  for (let round = 0; round < 8; round++) {
    const pair = [disk(100 + 2 * round), disk(101 + 2 * round)];
    for (const of of pair) makeBackend(of, stack, round % 4 === 3 && of === pair[0] ? 'r' : 'w');
    const ends = await Promise.all(
      pair.map(
        of =>
          new Promise<number | null>(resolve => {
            const child = spawn(executable('block-snapshot'), ['add'], {
              env: { XENBUS_PATH: pathOf(of) },
              stdio: 'ignore',
            });
            child.on('close', resolve);
          }),
      ),
    );
    test.same([...ends].sort(), [0, 1], `pair ${round}`);
    for (const of of pair) mustRemove(of);
    test.same([deviceNames(), records()], [[], []]);
  }
});

check('where nobody else has a disk, xenstore is asked no more than before', (test, template) => {
  const [vm, beside] = [disk(120), disk(121)];
  mustAdd(beside, stackOf(template, template.vm2));
  makeBackend(vm, stackOf(template, template.vm1));
  must(
    'sh',
    '-c',
    `XENBUS_PATH=${pathOf(vm)} strace -qq -e trace=sendto,sendmsg -s 200 -o /run/lab/trace "${executable()}" add`,
  );
  const asked = readFileSync('/run/lab/trace', 'utf8');
  test.equal(asked.match(/backend\/vbd/g)?.length, 8, 'params, mode, five values, and who is there');
  test.notMatch(asked, '/local/domain');
  mustRemove(vm);
  mustRemove(beside);
});
