// Who tells a command that udev is done with its devices: our own rule, with a small program, where dmsetup's would start that twice.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { check } from './checks.ts';
import type { Template } from './images.ts';
import { executable, must, mustCleanup, mustPrepare, run } from './programs.ts';

const RULES = '/run/udev/rules.d/09-block-snapshot.rules';
const DMSETUP = '/usr/sbin/dmsetup';
const COMPLETE = executable('udev-complete');

/** What udev calls dmsetup for while a stack is made and taken down again. */
function callsOfDmsetup({ folder, root, rootCow, vm1 }: Template): { calls: string[]; flags: string[] } {
  const [log, real, noting] = ['log', 'dmsetup.real', 'dmsetup'].map(name => join(folder, name)) as [
    string,
    string,
    string,
  ];
  copyFileSync(DMSETUP, real);
  writeFileSync(noting, `#!/bin/sh\necho "$1" >>${log}\nexec ${real} "$@"\n`);
  for (const file of [real, noting]) chmodSync(file, 0o755);
  must('udevadm', 'settle');
  must('mount', '--bind', noting, DMSETUP);
  try {
    const node = mustPrepare('snapshot', root, rootCow, vm1);
    const properties = must('udevadm', 'info', '--query=property', node).split('\n');
    mustCleanup('snapshot', node);
    must('udevadm', 'settle');
    if (existsSync(node)) throw new Error(`${node} is left`);
    return {
      calls: existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').sort() : [],
      flags: properties.filter(property => /^DM_(UDEV_.*FLAG|ACTIVATION|NAME)/.test(property)).sort(),
    };
  } finally {
    must('umount', DMSETUP);
    for (const file of [log, real, noting]) rmSync(file, { force: true });
  }
}

/** Runs an action with other rules in the place of ours, which is empty for none. */
function withRules<Result>(text: string, action: () => Result): Result {
  const ours = join('/run/lab', basename(RULES));
  renameSync(RULES, ours);
  if (text !== '') writeFileSync(RULES, text);
  must('udevadm', 'control', '--reload');
  try {
    return action();
  } finally {
    renameSync(ours, RULES);
    must('udevadm', 'control', '--reload');
  }
}

check('udev is done with our devices without dmsetup, and knows the same of them', (test, template) => {
  const { calls, flags } = callsOfDmsetup(template);
  test.same(calls, []);
  const theirs = withRules('', () => callsOfDmsetup(template));
  test.same(theirs.calls, [
    'udevcomplete',
    'udevcomplete',
    'udevcomplete',
    'udevcomplete',
    'udevflags',
    'udevflags',
  ]);
  test.same(flags, theirs.flags);
  test.ok(flags.includes('DM_UDEV_DISABLE_OTHER_RULES_FLAG=1'));
});

check('where the small program is missing, dmsetup does it', (test, template) => {
  const elsewhere = readFileSync(RULES, 'utf8').replaceAll(COMPLETE, '/none');
  test.notMatch(elsewhere, COMPLETE);
  test.equal(withRules(elsewhere, () => callsOfDmsetup(template)).calls.length, 6);
});

check('the small program counts a cookie down once, and says what it cannot count', test => {
  const cookie = Number(must('dmsetup', 'udevcreatecookie'));
  const event = String(0x4e0000 + (cookie & 0xffff));
  const value = () => /^0x[0-9a-f]+ +\d+ +(\d+)/m.exec(must('dmsetup', 'udevcookies'))?.[1];
  test.equal(value(), '1');
  test.match(run(COMPLETE, [event]), { status: 0, stderr: '' });
  test.equal(value(), '0');
  test.match(run(COMPLETE, [event]), {
    status: 1,
    stderr: 'udev-complete: the semaphore of the cookie has been counted down already\n',
  });
  must('dmsetup', 'udevcomplete_all', '-y');
  test.match(run(COMPLETE, [event]), { status: 0, stderr: '' }, 'nobody waits any more');
});
