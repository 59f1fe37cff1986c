// The rules of which file is meant, opened and locked.
import type { Guard } from './guard.ts';

const ONE_DISK = 'kernel/guest/one-disk';
const STANDSTILL = 'kernel/guest/standstill';
const IDENTITY = 'kernel/guest/identity';
const LOCKS = 'kernel/guest/locks';

export const IDENTITY_GUARDS: readonly Guard[] = [
  {
    rule: 'one disk is one base, by whatever name',
    from: 'if (identity.base === base.key) continue;',
    to: 'if (identity.base !== undefined) continue;',
    program: ONE_DISK,
    checks: [
      'a block device by another node is no second base',
      'an image and its loop devices are one base',
    ],
  },
  {
    rule: 'the file that was opened is the one that was found',
    from: 'if (imageKey(device, inode) !== image.key) throw replaced(image);',
    to: 'if (imageKey(device, inode) === "") throw replaced(image);',
    program: 'unit/image-files.test',
    checks: ['the file that is opened is the one that was found, or it is refused'],
  },
  {
    rule: 'the real path of an image is that of the file that was found',
    from: 'if (found === null || imageKey(found.device, found.inode) !== image.key) throw replaced(image);',
    to: 'if (found === null) throw replaced(image);',
    program: 'unit/image-files.test',
    checks: ['the real path of an image is that of the file that was found, or it is refused'],
  },
  {
    rule: 'the base that is locked is the one that is used',
    from: '(isStillThere(base) ? prepareOnce',
    to: '(base.path !== "" ? prepareOnce',
    program: IDENTITY,
    checks: ['a base that is replaced while its lock is waited for is found anew'],
    executable: true,
  },
  {
    rule: 'cows are locked when something is made of them',
    from: 'stack.locks.takeCows(missing.map(({ layer }) => layer.cow));',
    to: '',
    program: IDENTITY,
    checks: ['the cow of which something is made is locked until it is made'],
  },
  {
    rule: 'a removed lock file gives no second holder',
    from: "if (addon().removedLockHolder(descriptor) !== 0) return 'taken';",
    to: '',
    program: LOCKS,
    checks: ['a lock file that is removed gives no second holder'],
  },
  {
    rule: 'a lock counts only on the file that has its path',
    from: "if (named === null || named.device !== held.device || named.inode !== held.inode) return 'removed';",
    to: "if (named === null) return 'removed';",
    program: LOCKS,
    checks: ['a lock on a file that was exchanged before it was got is worth nothing'],
  },
  {
    rule: 'all locks are waited for in one order',
    from: 'for (const name of [...new Set(names)].sort())',
    to: 'for (const name of new Set(names))',
    program: LOCKS,
    checks: ['all locks are waited for in one order, whichever is the base'],
  },
  {
    rule: 'an error while a folder is read is no end of it',
    from: 'if (errno != 0) {\n\t\tthrow_system_error(env, "list", path',
    to: 'if (errno < 0) {\n\t\tthrow_system_error(env, "list", path',
    program: STANDSTILL,
    checks: ['an error while a folder is read is an error, not its end'],
  },
];
