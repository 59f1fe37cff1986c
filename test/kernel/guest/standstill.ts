// The moment in which the template's disk stands still: no signal and no missing semaphore may leave it so.
import { existsSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { prepare } from '../../../src/devices/prepare.ts';
import { parseStackRequest } from '../../../src/devices/request/stack-request.ts';
import { check, checkLasting } from './checks.ts';
import { hashOf, statKey, type Template } from './images.ts';
import { cleanupHere, prepareHere } from './in-process.ts';
import { commitHere, revertHere, runTemplate } from './life/in-process.ts';
import { executable, kernel, must, run, UDEV } from './programs.ts';
import { suspendedDevices } from './state.ts';
import { signalAt } from './stopped-calls.ts';
import { callsFrom, type SystemCall } from './system-calls.ts';

/** Those that end or stop a program by default and can be held; with udev, which is asked for at the same calls, one of each. */
const SIGNALS = UDEV
  ? ['TERM', 'TSTP']
  : 'TERM INT HUP QUIT USR1 USR2 PIPE ALRM VTALRM PWR IO TSTP ABRT TRAP'.split(' ');

/** A cow of another version: its snapshot has to be made below the origin that runs. */
function prepareOther({ root, vm2 }: Template): string[] {
  return ['prepare', 'snapshot', `${root}:${vm2}`];
}

check('no signal that can be held leaves the origin suspended', (test, template) => {
  const origin = prepareHere('origin', template.root, template.rootCow);
  const name = `snapshot-${statKey(template.root)}-${statKey(template.vm2)}`;
  // The calls from the suspend of the origin on: the signal comes as the next one is entered.
  const [, next] = callsFrom(/^ioctl\(\d+, DM_DEV_SUSPEND, .*origin-/, prepareOther(template)).filter(
    call => call.name === 'ioctl',
  );
  if (next === undefined) throw new Error('the origin is not suspended while a snapshot is loaded');
  // Not taken down by our own command, which would not do it while the origin is there.
  must('dmsetup', 'remove', name);
  for (const signal of SIGNALS) {
    const injection = `ioctl:signal=${signal}:when=${next.occurrence}`;
    const strace = `strace -qq -o /dev/null -e trace=ioctl -e inject=${injection}`;
    run('timeout', ['-s', 'KILL', '20', ...strace.split(' '), executable(), ...prepareOther(template)]);
    test.equal(kernel.deviceTable(origin.slice('/dev/mapper/'.length))?.suspended, false, signal);
    if (kernel.deviceTable(name) !== null) must('dmsetup', 'remove', name);
  }
  cleanupHere('origin', origin);
});

checkLasting(
  'no signal that can be held leaves a device suspended on its way to merge',
  async (test, template) => {
    const { root, rootCow } = template;
    for (const signal of ['TERM', 'QUIT', 'USR1']) {
      runTemplate(root, rootCow, [0, 4096]);
      commitHere(root);
      // The signal comes when the call is done.
      const [suspend] = callsOfRevert(root);
      runTemplate(root, rootCow, [0, 4096]);
      commitHere(root);
      await (await signalAt(suspend as SystemCall, signal, ['revert', root, '--yes'])).goOn();
      test.same(suspendedDevices(), [], signal);
      if (hashOf(root) !== template.hash || existsSync(`${rootCow}.reverting`)) await revertHere(root);
      test.equal(hashOf(root), template.hash, 'and the revert goes on');
    }
  },
);

/** A revert, from the call on that suspends the snapshot which is going to be a merge. */
function callsOfRevert(root: string): SystemCall[] {
  return callsFrom(/^ioctl\(\d+, DM_DEV_SUSPEND, .*snapshot-.*DM_SUSPEND_FLAG/, ['revert', root, '--yes']);
}

check('the origin is suspended while a snapshot is made live, and while one is removed', (test, template) => {
  const origin = prepareHere('origin', template.root, template.rootCow).slice('/dev/mapper/'.length);
  const request = parseStackRequest('snapshot', `${template.root}:${template.vm2}`);
  const snapshot = `snapshot-${statKey(template.root)}-${statKey(template.vm2)}`;
  const steps = stepsOf(() => prepare(request));
  test.same(steps, [`suspend ${origin}`, `resume ${snapshot}`, `resume ${origin}`]);
  must('dmsetup', 'remove', snapshot);
  const undone = stepsOf(() => {
    try {
      prepare(request, {
        ready: () => {
          throw new Error('as one that xenstore does not take');
        },
      });
    } catch {
      // What it made is taken back.
    }
  });
  test.same(undone.slice(3), [`suspend ${origin}`, `remove ${snapshot}`, `resume ${origin}`]);
  cleanupHere('origin', origin);
});

/** What an action does to devices, in order. */
function stepsOf(action: () => void): string[] {
  const { suspendDevice, resumeDevice, removeDevice } = kernel;
  const steps: string[] = [];
  kernel.suspendDevice = name => {
    steps.push(`suspend ${name}`);
    suspendDevice(name);
  };
  kernel.resumeDevice = (name, ...rest) => {
    steps.push(`resume ${name}`);
    resumeDevice(name, ...rest);
  };
  kernel.removeDevice = (name, ...rest) => {
    steps.push(`remove ${name}`);
    removeDevice(name, ...rest);
  };
  try {
    action();
  } finally {
    Object.assign(kernel, { suspendDevice, resumeDevice, removeDevice });
  }
  return steps;
}

check(
  'with all semaphores used up, the origin never stands still, and one that does is resumed',
  (test, template) => {
    const origin = prepareHere('origin', template.root, template.rootCow);
    const suspended = () => kernel.deviceTable(origin.slice('/dev/mapper/'.length))?.suspended;
    const former = must('cat', '/proc/sys/kernel/sem');
    writeFileSync('/proc/sys/kernel/sem', `${former.split(/\s+/).slice(0, 3).join(' ')} 0\n`);
    try {
      const trace = '/run/lab/suspends';
      run('strace', ['-qq', '-o', trace, '-e', 'trace=ioctl', executable(), ...prepareOther(template)]);
      test.equal(suspended(), false, 'it goes on, whatever became of the command');
      if (UDEV)
        test.notMatch(
          readFileSync(trace, 'utf8'),
          /DM_DEV_SUSPEND, .*name="origin-/,
          'what cannot be done without one is seen before it is suspended',
        );
      must('dmsetup', 'suspend', origin);
      run(executable(), prepareOther(template));
      test.equal(suspended(), false, 'the next command resumes it without a semaphore');
    } finally {
      writeFileSync('/proc/sys/kernel/sem', `${former}\n`);
    }
    cleanupHere('origin', origin);
    for (const name of kernel.deviceNames()) cleanupHere('snapshot', name);
  },
);

check('a filesystem is never taken for an empty cow, wherever its superblock lies', (test, template) => {
  for (const position of [65_536, 300_000, 1_048_575]) {
    unlinkSync(template.vm1);
    must('truncate', '-s', '20M', template.vm1);
    must('bash', '-c', `printf x | dd of=${template.vm1} bs=1 seek=${position} conv=notrunc status=none`);
    test.match(run(executable(), ['prepare', 'snapshot', `${template.root}:${template.vm1}`]), {
      status: 1,
      stderr: /holds something other than a snapshot store/,
    });
  }
});

check('an error while a folder is read is an error, not its end', (test, template) => {
  must(executable(), 'commit', template.root);
  const strace = `-qq -f -o /dev/null -P ${template.folder} -P ${template.folder}/ -e trace=getdents64`;
  const { status, stderr } = run('strace', [
    ...strace.split(' '),
    ...['-e', 'inject=getdents64:error=EIO', executable(), 'revisions', template.root],
  ]);
  test.equal(status, 1, stderr);
  test.match(stderr, /EIO/);
});
