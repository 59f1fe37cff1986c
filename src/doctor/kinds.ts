/** What a kind of finding means, and how it is mended, in words; docs/doctor.md has each. */
export interface Meaning {
  means: string;
  /** What a person does; where there is a command, what that does. */
  mended: string;
  /** Whether it is the usual state of a moment: it counts when it is still there a while later. */
  passing?: true;
}

/** Every kind that there is, by the word that people can search for. */
export const KINDS = {
  'suspended-device': {
    means:
      'whoever reads or writes it, or what lies on it, waits for ever: somebody was killed while it stood still',
    mended: 'it is prepared once more, which has it go on',
    passing: true,
  },
  'unfinished-device': {
    means: 'it has no table, because whoever made it was killed half-way; nobody can use it',
    mended: 'it is taken down, with what only it needed',
    passing: true,
  },
  'foreign-device': {
    means: 'its name is one of ours and its table is not: what needs the name is refused',
    mended: 'it is removed, if nobody needs it',
  },
  'merge-failed': {
    means:
      'a revert could not write a block back: the template is a mixture of two versions until it goes on',
    mended: 'mend the disk under it, then the revert goes on; --abandon in place of --yes gives it up',
  },
  'half-reverted': {
    means: 'a revert of the template was begun and not finished: nothing starts on it',
    mended: 'the revert is finished; --abandon in place of --yes gives it up where that cannot be',
  },
  'unused-device': {
    means: 'nobody has it open and no VM claims it; it keeps its files busy',
    mended: 'it is taken down, unless somebody is just about to use it',
  },
  'gone-vm': {
    means: 'the VM that it was made for is gone, and nothing has taken its disk down',
    mended: 'it is taken down, and the record with it',
    passing: true,
  },
  'lost-store': {
    means:
      'its store had no room for all old blocks: who is on it has lost the disk, and the run cannot be undone',
    mended: 'stop the VMs on it; the run is ended then, so that VMs start again',
  },
  'small-store': {
    means:
      'its store is smaller than all that can be written to it, and it is nearly full: it is going to overflow',
    mended:
      'stop the VM and start it again: a file is made large enough then; a volume has to be made larger',
  },
  'space-short': {
    means:
      'what can still be written does not fit on that filesystem: a disk whose blocks find no room is lost',
    mended: 'make room there, or set RESERVE=on in /etc/block-snapshot.conf for what comes',
  },
  'another-version': {
    means:
      'its store was begun on another version of the image than is there: nothing starts on both together',
    mended: 'put it aside as the undo of a run, or bring the image back that it belongs to',
  },
  'not-a-store': {
    means:
      "something other than a snapshot store is in the place of the template's cow: nothing starts on it",
    mended: 'it is given another name; a new cow is made when it is needed',
  },
  'run-not-committed': {
    means: 'the template has stopped, and VMs that start still see what it was before its last run',
    mended: 'the run is committed; it can be undone',
  },
  'two-kinds': {
    means:
      'what lies beside the template belongs to templates of the other kind: of which kind it is meant to be is not known',
    mended: 'move away what is not of it, or remove the cow of one that is meant to have clones',
  },
  'conversion-left': {
    means:
      'what a conversion that was killed has left: it takes space, and holds nothing that the template has not got',
    mended: 'the conversion is called once more, and removes it',
  },
  'clone-left': {
    means:
      'a disk that is made anew at each start, without its VM: what was written of it takes space until the VM starts',
    mended: 'it is removed, which its next start does as well; nobody may have it open',
    passing: true,
  },
  'empty-clone': {
    means:
      'a crash has left it without its bytes: the disk does not start, and its template is not committed',
    mended: 'it is removed, and the next start makes it of the newest version',
  },
  'half-clone': {
    means: 'half of a clone, which a killed command or a crash has left: it takes space until the next start',
    mended: 'it is removed, which that start does as well',
    passing: true,
  },
  'stale-precache': {
    means: 'a clone for the next start, of a version that is not the newest any more: it takes space',
    mended: 'it is removed, which the next start does as well',
  },
  'spare-loop': {
    means: 'it carries nothing that can be seen, and keeps its file busy',
    mended: 'it is detached, if nobody needs it',
    passing: true,
  },
  'image-attached-twice': {
    means:
      'what is written through the second loop device changes the disks of running VMs behind their backs',
    mended: 'the second one is detached; where it is in use, take down what uses it first',
  },
  'silent-loop': {
    means: 'the filesystem of its file does not answer: whoever reads from it waits',
    mended: 'bring its server back, or unmount that filesystem',
  },
  'silent-base': {
    means: 'one block could not be read from it in time: every VM on it waits',
    mended: 'see what is under it: a server that is gone, a disk that stands still',
  },
  'unreadable-base': {
    means: 'its first block cannot be read: VMs on it get errors',
    mended: 'mend the disk under it, or restore the image from a backup',
  },
  'stale-record': {
    means:
      'the record of a disk whose device is gone: it claims nothing, and is left of a VM or of an earlier boot',
    mended: 'the record is removed',
    passing: true,
  },
  'damaged-record': {
    means:
      'which device the VM has is not known from it: cleanups and sweeps are refused because it may be any',
    mended: 'it is removed, once that VM has stopped',
    passing: true,
  },
  'open-records': {
    means: 'others than root could have written what VMs claim: records do not count',
    mended: 'it is given to root alone',
  },
  'open-locks': {
    means: 'others than root can remove the locks that keep two commands apart',
    mended: 'it is given to root alone',
  },
  'stale-link': {
    means: 'the path of a disk of a domain leads to a device that is not there',
    mended: 'the link is removed; the hook makes it when the domain starts',
    passing: true,
  },
  'lock-held': {
    means:
      'a command works on the devices of that base for long: whatever else needs them waits, 30 s at most',
    mended:
      'see what the process waits for (its stack in /proc), and end it if it hangs: nothing is lost by that',
    passing: true,
  },
  'operation-left': {
    means: 'what a commit, revert or trim that was killed has left',
    mended: 'the mark is removed; a revert goes on when it is called again',
    passing: true,
  },
  'udev-cookie': {
    means:
      'a semaphore of libdevmapper that nobody will ever count down: when all are used up, no device can be made',
    mended: 'those older than five minutes are removed; who waits for one goes on',
  },
  'udev-rules-missing': {
    means: "udev looks into the loop devices under VMs' disks: what a VM wrote is parsed by this machine",
    mended: 'install block-snapshot again: 60-block-snapshot.rules belongs into /usr/lib/udev/rules.d',
  },
  'udev-rules-masked': {
    means: 'an empty file of the same name switches our rules off: what a VM wrote is parsed by this machine',
    mended: 'it is removed, and the rules are read again',
  },
  'not-hidden': {
    means: 'udev has looked into it, or may: what a VM wrote is parsed by this machine',
    mended:
      'udev looks again by the rules that are there; an image of another name needs a line of its own in them',
  },
  'lvm-looks': {
    means:
      'LVM of this machine reads what VMs wrote, takes their volume groups for its own, and keeps disks from going',
    mended: 'give it the global_filter of /usr/share/doc/block-snapshot/docs/lvm.md',
  },
  'module-missing': {
    means: 'the kernel has no such driver, neither loaded nor to be loaded: no device can be made',
    mended: 'it is loaded, if it is there for this kernel; install the package of its modules otherwise',
  },
  'old-kernel': {
    means: 'it lacks what is needed: LOOP_CONFIGURE came with Linux 5.8',
    mended: 'start a newer kernel',
  },
  'bad-kernel': {
    means: 'it has a fault that is known, in what VMs run on',
    mended: 'start a kernel that has the fix; distributions have it in kernels of older numbers, too',
  },
  'open-configuration': {
    means: 'others than root could have written it: whatever needs it is refused',
    mended: 'it is given to root alone',
  },
  'wrong-configuration': {
    means: 'there is a mistake in it: whatever needs it is refused',
    mended: 'correct the line that is named',
  },
  'program-not-executable': {
    means: 'neither Xen nor libvirt nor a person can run it: no VM with such a disk starts',
    mended: 'it is made executable',
  },
  'two-versions': {
    means: 'the two programs are of different versions: an update was not finished',
    mended: 'install block-snapshot again, both packages of it',
  },
  'xen-script-missing': {
    means: 'a disk that names this script does not attach: its VM does not start',
    mended: 'the link to our program is made',
  },
  'xen-script-foreign': {
    means: "Xen calls somebody else's script of that name, which knows neither our locks nor our claims",
    mended: 'install block-snapshot again: what is there is kept beside it as .distrib',
  },
  'libvirt-hook-missing': {
    means: 'libvirt makes no devices: a domain that asks for them does not start',
    mended: 'the link to our program is made; libvirt sees it when it is started anew',
  },
  'libvirt-hook-foreign': {
    means: "libvirt calls somebody else's program of that name: a domain that asks for our devices gets none",
    mended: 'install block-snapshot again: what is there is kept as .distrib',
  },
  'libvirt-hook-not-run': {
    means: 'libvirt before 6.5 runs one hook alone, and it is not ours',
    mended: 'make that file call ours, as /usr/share/doc/block-snapshot/docs/libvirt.md says',
  },
  'apparmor-denies': {
    means: 'AppArmor does not let that daemon run our hook: no domain starts any more',
    mended: 'the line is added, and the profile loaded again',
  },
} as const satisfies Readonly<Record<string, Meaning>>;

export type Kind = keyof typeof KINDS;

export function meaningOf(kind: Kind): Meaning {
  return KINDS[kind];
}
