// The rules of disks that are clones of files.
import type { Guard } from './guard.ts';

const DISKS = 'kernel/guest/reflink/disks';
const REFUSALS = 'kernel/guest/reflink/refusals';
const LIFE = 'kernel/guest/reflink/life';
const DRIVER = 'kernel/guest/reflink/driver';
const ATTACHED = 'kernel/guest/reflink/attached';

export const CLONE_GUARDS: readonly Guard[] = [
  {
    rule: 'the loop device of a clone stays when nobody has it open',
    from: 'attachLoop(disk, file, false, held, node => this.#claim(node)),',
    to: 'attachLoop(disk, file, false, held),',
    program: ATTACHED,
    checks: ['XFS: add tells blkback of the loop device in one transaction, and records it'],
    executable: true,
  },
  {
    rule: 'what is no clone of ours is never replaced',
    from: '    else requireReplaceable(this.#volume, source);\n',
    to: '',
    program: REFUSALS,
    checks: ['XFS: a disk that is no clone of ours is never replaced'],
    executable: true,
  },
  {
    rule: 'a template is of one kind: no clones of what is written in place',
    from: '    requireNoCow(this.#parent, source.image);\n',
    to: '',
    program: REFUSALS,
    checks: [
      'XFS: what the kind of snapshots has beside it is no template of clones, nor the other way round',
    ],
    executable: true,
  },
  {
    rule: 'a template is of one kind: no cow beside what clones are made of',
    from: 'requireNoClones(imageOfCow(path));',
    to: '',
    program: REFUSALS,
    checks: [
      'XFS: what the kind of snapshots has beside it is no template of clones, nor the other way round',
    ],
    executable: true,
  },
  {
    rule: "a disk that is a clone and that one VM writes to is no other VM's",
    from: 'requireOnlyOne(node, attachment.access, claims, attachment.holderOf);',
    to: '',
    program: ATTACHED,
    checks: ['XFS: no two VMs write to one disk, by whichever path they come'],
    executable: true,
  },
  {
    rule: 'a clone that nobody has is made anew for a VM that starts, and one that somebody has open is not',
    from: '    if (letGo(node, this.#volume, glance())) return undefined;\n',
    to: '    if (letGo(node, this.#volume, glance()) || node !== "") return undefined;\n',
    program: ATTACHED,
    checks: ['XFS: a loop device that nobody has is no disk of a VM that starts: it is made anew'],
    executable: true,
  },
  {
    rule: 'a run that changed nothing makes no version',
    from: '    if (isUnchanged(written, newest)) {',
    to: '    if (isUnchanged(written, newest) && image === "") {',
    program: LIFE,
    checks: ['XFS: a run that changed nothing makes no version'],
    executable: true,
  },
  {
    rule: 'a commit leaves no clone of the version before for the next start',
    from: '    removeIfThere(precache);\n    syncFolder(image);\n    addon().renameFile(dirty, image);',
    to: '    syncFolder(image);\n    addon().renameFile(dirty, image);',
    program: DRIVER,
    checks: ['XFS: its precache is the clone for the next start, as long as it is one of the newest version'],
    executable: true,
  },
  {
    rule: 'what a revert goes away from is kept',
    from: '    const present = keepVersion(volume, required(image));',
    to: '    const present = target;',
    program: LIFE,
    checks: ['XFS: a revert goes to any version while VMs run, and the present one is kept'],
    executable: true,
  },
  {
    rule: 'cleanup leaves a clone that somebody has open as it was',
    from: '    if (attachment === undefined && stays) keepLoop(node);\n',
    to: '',
    program: DISKS,
    checks: ['XFS: cleanup of a disk that somebody has open leaves it, says so, and it stays'],
    executable: true,
  },
];
