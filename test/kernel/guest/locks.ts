// The locks of commands: who has one has it alone, whatever becomes of its file, and none waits for another in a circle.
import { existsSync, readlinkSync, rmSync, unlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { withBaseLock } from '../../../src/devices/kernel/base-lock.ts';
import { type Image, requireImage } from '../../../src/devices/kernel/images.ts';
import {
  dropLockFile,
  type LockFile,
  releaseLockFile,
  tryLockFile,
} from '../../../src/devices/kernel/lock-file.ts';
import { operationLock } from '../../../src/devices/operations.ts';
import { withOperation } from '../../../src/templates/operation-lock.ts';
import { makeMark, removeMark } from '../../../src/templates/revert/mark.ts';
import { findTemplate, templateFiles } from '../../../src/templates/template-files.ts';
import { check, checkLasting } from './checks.ts';
import { cleanupHere, prepareHere } from './in-process.ts';
import { blockSnapshotBeside, executable, kernel, must, mustCleanup, run } from './programs.ts';

check('a lock on a file that was exchanged before it was got is worth nothing', (test, template) => {
  const path = join(template.folder, 'some.lock');
  const { lockFile } = kernel;
  let exchanged: LockFile | undefined;
  kernel.lockFile = descriptor => {
    kernel.lockFile = lockFile;
    unlinkSync(path);
    exchanged = tryLockFile(path);
    return lockFile(descriptor);
  };
  try {
    test.equal(tryLockFile(path), undefined, 'who has it on the file that is there has it alone');
  } finally {
    kernel.lockFile = lockFile;
    if (exchanged !== undefined) releaseLockFile(exchanged);
  }
});

check('all locks are waited for in one order, whichever is the base', (test, { root, rootCow }) => {
  const [one, other] = [root, rootCow].map(path => requireImage({ role: 'base', path })) as [Image, Image];
  const orders = [
    [one, other],
    [other, one],
  ].map(([base, cow]) => filesOf(() => withBaseLock(base as Image, () => {}, [cow as Image])));
  test.equal(orders[0]?.length, 2);
  test.same(orders[1], orders[0]);
});

/** The files that an action locks, in order. */
function filesOf(action: () => void): string[] {
  const { lockFile } = kernel;
  const files: string[] = [];
  kernel.lockFile = descriptor => {
    files.push(readlinkSync(`/proc/self/fd/${descriptor}`));
    return lockFile(descriptor);
  };
  try {
    action();
  } finally {
    kernel.lockFile = lockFile;
  }
  return files;
}

check('a lock file that is removed gives no second holder', test => {
  const path = '/run/block-snapshot/one-disk:test.lock';
  const first = tryLockFile(path);
  rmSync(path);
  test.equal(tryLockFile(path), undefined, 'while the first one holds it');
  if (first === undefined) throw new Error('the lock could not be had');
  releaseLockFile(first);
  const second = tryLockFile(path);
  test.ok(second, 'when it has ended');
  test.equal(tryLockFile(path), undefined);
  if (second !== undefined) dropLockFile(second);
  test.notOk(existsSync(path));
});

check('whether a lock file that is removed is still held is never guessed', (test, template) => {
  const path = `/run/block-snapshot/${must('stat', '-c', '%D:%i', template.root)}.lock`;
  const first = tryLockFile(path);
  if (first === undefined) throw new Error('the lock could not be had');
  rmSync(path);
  const held = `/proc/${process.pid}/fd`;
  const images = `${template.root}:${template.rootCow}`;
  const prepareFailing = (failing: string) =>
    run('strace', [
      '-qq',
      '-o',
      '/dev/null',
      '-P',
      held,
      '-e',
      failing,
      executable(),
      'prepare',
      'snapshot',
      images,
    ]);
  const name = process.title;
  for (const [title, failing] of [
    [name, 'inject=getdents64:error=EIO'],
    [name, 'inject=readlinkat:error=EIO'],
    ['block-snapshot', 'inject=readlinkat:error=EACCES'],
    ['destroy-snapshot', 'inject=openat:error=EACCES'],
  ] as const) {
    process.title = title;
    const { status, stderr } = prepareFailing(failing);
    test.equal(status, 1, `${title}, ${failing}`);
    test.match(stderr, `list ${held}`);
  }
  process.title = name;
  const { status, stdout, stderr } = prepareFailing('inject=readlinkat:error=EACCES');
  test.equal(status, 0, `a process of another name that a profile hides is none of ours: ${stderr}`);
  mustCleanup('snapshot', stdout.trim());
  releaseLockFile(first);
});

check('the locks of cows leave no files behind', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  for (const cow of [template.rootCow, template.vm1])
    test.notOk(existsSync(`/run/block-snapshot/${must('stat', '-c', '%D:%i', cow)}.lock`), cow);
  cleanupHere('snapshot', node);
});

checkLasting(
  'the lock of an operation cannot be taken from one that lives',
  async (test, { root, rootCow }) => {
    const base = requireImage({ role: 'template', path: root });
    await withOperation(base, 'a trim', async () => {
      // As after a sleep of the machine, and with another clock.
      utimesSync(operationLock(base.disk), 1000, 1000);
      const { status, stderr } = await blockSnapshotBeside('prepare', 'snapshot', `${root}:${rootCow}`);
      test.equal(status, 1);
      test.match(stderr, 'is running: wait until it is done');
      test.match((await blockSnapshotBeside('trim', root)).stderr, 'is running: wait until it is done');
    });
  },
);

checkLasting(
  'while a revert is under way it is said that it runs, not that it was left half-way',
  async (test, { root, folder }) => {
    const template = findTemplate(templateFiles(root));
    await withOperation(template.image, 'a revert', async () => {
      makeMark(template, 1);
      const commands = [
        ['revert', root, '--revision', '2', '--yes'],
        ['revert', '--abandon', root, '--yes'],
        ['trim', root],
        ['commit', root],
        ['convert', root, 'reflink'],
        ['derive', root, `${folder}/child`],
      ];
      const asked = commands.map(command => [...command, '--dry-run']);
      const outcomes = await Promise.all(
        [...commands, ...asked].map(async command => {
          const { stderr } = await blockSnapshotBeside(...command);
          return { command: command.join(' '), stderr };
        }),
      );
      for (const { command, stderr } of outcomes)
        test.equal(
          stderr,
          `block-snapshot: a revert of ${root} (process ${process.pid}) is running: wait until it is done\n`,
          command,
        );
      removeMark(template);
    });
  },
);
