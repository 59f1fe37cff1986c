// The rules of disks that are clones of files.
import type { Guard } from './guard.ts';

const DISKS = 'kernel/guest/reflink/disks';
const REFUSALS = 'kernel/guest/reflink/refusals';
const LIFE = 'kernel/guest/reflink/life';
const DRIVER = 'kernel/guest/reflink/driver';
const CONVERT = 'kernel/guest/reflink/convert';
const CONVERT_REFUSALS = 'kernel/guest/reflink/convert-refusals';
const ATTACHED = 'kernel/guest/reflink/attached';

export const CLONE_GUARDS: readonly Guard[] = [
  {
    rule: 'a disk that is kept is as old as what it was made of, until it is written',
    from: 'makeClone(parent, from, volume.image, { keepsTime: true });',
    to: 'makeClone(parent, from, volume.image);',
    program: LIFE,
    checks: ['XFS: a disk that is kept, and has written nothing yet, has nothing to commit'],
    executable: true,
  },
  {
    rule: 'what a run of a clone writes at once has another time than its version',
    from: '  waitUntilPast(addon().descriptorStatus(from).changed);\n',
    to: '',
    program: LIFE,
    checks: ['XFS: a disk is there when what it writes has another time than its version'],
    executable: true,
  },
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
  {
    rule: 'no undo that belongs to another image becomes a version',
    from: '  requireBelonging(\n    image,\n    undos.map(({ path }) => path),\n  );\n',
    to: '',
    program: CONVERT_REFUSALS,
    checks: ['XFS: an image that was changed behind the back of its undos is not converted'],
    executable: true,
  },
  {
    rule: 'what other disks have by a second name is not going to be written in place',
    from: '  if (others > 0)\n',
    to: '  if (others > 9)\n',
    program: CONVERT_REFUSALS,
    checks: [
      'XFS: a template of clones is not converted while it is in use, nor with a run that is not committed',
    ],
    executable: true,
  },
  {
    rule: 'what is of no use after a conversion goes',
    from: '    underLocks(conversion, () => dropLeftOver(image.path, cow.path));\n',
    to: '',
    program: CONVERT,
    checks: ['XFS: a template becomes one of type reflink, and has every byte of every version that it had'],
    executable: true,
  },
  {
    rule: 'what no conversion has made is removed by none',
    from: '  return addon().fileAttribute(path, CONVERTED) !== null;\n',
    to: "  return addon().fileAttribute(path, CONVERTED) !== '';\n",
    program: CONVERT,
    checks: [
      'XFS: what a conversion that was killed has left goes with the next, and nothing that it did not make',
    ],
    executable: true,
  },
  {
    rule: 'a conversion comes about last',
    from: '        files.nameAll(undo);\n        for (const made of plan) markLeftOver(way.replacedBy(made), undo);\n        syncFolder(image.path);\n        way.comeAbout(conversion, undo);\n',
    to: '        way.comeAbout(conversion, undo);\n        files.nameAll(undo);\n        for (const made of plan) markLeftOver(way.replacedBy(made), undo);\n',
    program: 'kernel/guest/reflink-kills',
    checks: ['XFS: a conversion to clones, killed at system calls'],
    executable: true,
  },
  {
    rule: 'what a run wrote is on disk before it is the newest version',
    from: '    withDescriptor(openToRead(dirty), descriptor => addon().syncFile(descriptor));\n',
    to: '',
    program: 'kernel/guest/reflink-power-cuts',
    checks: ['the power fails at points of a run and a commit of a template of clones: XFS'],
  },
  {
    rule: 'a clone is on disk before it has its name',
    from: '      addon().syncFile(descriptor);\n    });\n    addon().renameFile(making, path);\n',
    to: '    });\n    addon().renameFile(making, path);\n',
    program: 'kernel/guest/reflink-power-cuts',
    checks: ['the power fails at points of the starts and ends of a template and of a VM: btrfs'],
    executable: true,
  },
  {
    rule: 'nothing that can fail comes behind the step by which a conversion comes about',
    from: 'dropStoreLabel(cow.path);\n    addon().removeFile(cow.path);',
    to: 'addon().removeFile(cow.path);\n    dropStoreLabel(cow.path);',
    program: 'kernel/guest/reflink-errors',
    checks: ['XFS: a conversion to clones, with errors in its system calls'],
    executable: true,
  },
  {
    rule: 'what a conversion cannot mark it does not make',
    from: "if (!addon().setFileAttribute(openPath(descriptor), CONVERTED, '.'))",
    to: "if (!addon().setFileAttribute(openPath(descriptor), CONVERTED, '.') && path === '')",
    program: 'kernel/guest/reflink-errors',
    checks: ['XFS: a conversion to clones, with errors in its system calls'],
    executable: true,
  },
];
