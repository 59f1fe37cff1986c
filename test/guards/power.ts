// The rules of what is on disk when the power fails.
import type { Guard } from './guard.ts';

const POWER = 'kernel/guest/power-cuts';

export const POWER_GUARDS: readonly Guard[] = [
  {
    rule: 'a commit that was said to be done is on disk',
    from: 'dropStoreLabel(cow);\n  syncFolder(cow);\n  if (kept > 0)',
    to: 'dropStoreLabel(cow);\n  if (kept > 0)',
    program: POWER,
    checks: ['the power fails during commit, on ext4'],
    executable: true,
  },
  {
    rule: 'what a store belongs to is on disk before its base is written to',
    from: '  if (durable) addon().syncFile(file.descriptor);',
    to: '  if (durable && file.path === "") addon().syncFile(file.descriptor);',
    program: POWER,
    checks: ['the power fails during cleanup of an origin, on XFS'],
    executable: true,
  },
  {
    rule: 'a file gets its name when its bytes are on disk',
    from: '  addon().syncFile(descriptor);\n  addon().linkTemporaryFile(descriptor, path);',
    to: '  addon().linkTemporaryFile(descriptor, path);',
    program: POWER,
    checks: ['the power fails during revert, on XFS'],
    executable: true,
  },
  {
    rule: 'a revert that was said to be done is on disk',
    from: '  addon().removeFile(revertMark(cow));\n  syncFolder(cow);\n  settleRevisions(cow);\n  syncFolder(cow);',
    to: '  addon().removeFile(revertMark(cow));\n  settleRevisions(cow);',
    program: POWER,
    checks: ['the power fails during revert, on ext4'],
    executable: true,
  },
];
