// The rules of what is on disk when the power fails.
import type { Guard } from './guard.ts';

const POWER = 'kernel/guest/power-cuts';

const UNWRITTEN = 'kernel/guest/life-crashes/unwritten-runs';

export const POWER_GUARDS: readonly Guard[] = [
  {
    rule: 'a run that wrote nothing, and that the power has ended, changes nothing of what belongs to a template',
    from: 'file => withOwnRun(base, readBaseVersion(file, written))',
    to: 'file => readBaseVersion(file, written)',
    program: UNWRITTEN,
    checks: [
      'the power fails in a run that has written nothing: a VM on the template alone goes on',
      'the power fails in a run that has written nothing: the last run is undone',
    ],
  },
  {
    rule: 'a trim changes nothing of what a template may be after a run that the power has ended',
    from: 'const version = withOwnRun(base, readBaseVersion(file, false));',
    to: 'const version = readBaseVersion(file, false);',
    program: UNWRITTEN,
    checks: ['the power fails in a run that has written nothing: the last run is undone after a trim'],
  },
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
