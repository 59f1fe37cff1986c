// Which test follows which advice. A command that a message gives, and that is not here, fails test/unit/advice.test.ts.

/** `module: command`, and a part of the name of the test that runs the command where it is given. */
export const ADVICE: Readonly<Record<string, string>> = {
  'claims/claims.ts: chmod 755': 'records that others can write: closed as advised',
  'claims/claims.ts: chown root': 'records that others can write: closed as advised',
  'devices/configuration.ts: chmod go-w': 'a configuration that others can write, or own: mended as advised',
  'devices/configuration.ts: chown root': 'a configuration that others can write, or own: mended as advised',
  'templates/commit-command.ts: chmod go-w':
    'the commit of a block device tells which command makes the version, and runs the one that is configured',
  'templates/commit-command.ts: chown root':
    'the commit of a block device tells which command makes the version, and runs the one that is configured',
  'devices/kernel/another-version.ts: block-snapshot commit':
    'a run on an image that was changed since: committed as advised',
  'devices/kernel/another-version.ts: block-snapshot prepare --force':
    'a disk of an earlier version: --force, as advised',
  'devices/kernel/clone-refusal.ts: chattr +C':
    'what is written in place and what is not are no clones of each other',
  'devices/kernel/clone-refusal.ts: chattr -C':
    'what is written in place and what is not are no clones of each other',
  'devices/kernel/clone-refusal.ts: swapoff': 'an image that is swapped to: switched off as advised',
  'devices/kernel/device-state.ts: dmsetup clear':
    'a table that waits behind the live one: dropped as advised',
  'devices/kernel/device-state.ts: dmsetup remove':
    "a name that is taken by somebody's device: removed as advised",
  'devices/kernel/device-state.ts: modprobe dm-mod': 'loaded as advised, is missed no longer',
  'devices/kernel/direct-io.ts: losetup -d':
    'a loop device with other sectors than VMs see: detached as advised',
  'devices/kernel/direct-io.ts: losetup --direct-io':
    'direct I/O that did not end at the first attempt: ended as advised',
  'devices/kernel/in-the-way.ts: dmsetup remove': "an image under somebody's device: removed as advised",
  'devices/kernel/in-the-way.ts: swapoff': 'an image that is swapped to: switched off as advised',
  'devices/kernel/in-the-way.ts: umount': 'an image that is mounted: unmounted as advised',
  'devices/kernel/label-file.ts: setfattr -x': 'labels that are none, taken away as advised',
  'devices/kernel/loop-devices.ts: losetup -d':
    'a loop device that shows a part of the base: detached as advised',
  'devices/kernel/backed-by.ts: mknod': 'a loop device in use whose node is lost: made anew as advised',
  'devices/kernel/loop-devices.ts: modprobe loop': 'loaded as advised, is missed no longer',
  'devices/kernel/lost-store.ts: block-snapshot commit':
    'a store without room, and all has stopped: the advice of prepare is the way out',
  'devices/kernel/room.ts: chattr +C': 'btrfs reserves only where it writes in place',
  'devices/kernel/snapshot-layer.ts: modprobe dm-snapshot': 'loaded as advised, is missed no longer',
  'devices/operations.ts: block-snapshot revert':
    'what starts on a template that is half-way back, and a trim',
  'devices/operations.ts: block-snapshot revert --abandon':
    'a sector of the undo that cannot be read: the revert is given up as advised',
  'devices/operations.ts: setfattr -x': 'labels that are none, taken away as advised',
  'devices/kernel/other-kind.ts: block-snapshot convert':
    'what starts as the other kind is refused, and starts when it is converted as advised',
  'overview/text/overview-text.ts: block-snapshot cleanup':
    'what list says that nobody uses goes by the command it gives',
  'overview/text/overview-text.ts: block-snapshot commit':
    'a run that overflowed: the commit that list gives ends it, and VMs start',
  'overview/text/overview-text.ts: block-snapshot revert --yes':
    'a revert that is half-way: what list gives finishes it',
  'programs/block-snapshot/libvirt-hook.ts: virsh start':
    'a domain that was saved is not restored, with our line',
  'programs/block-snapshot/template/revert.ts: block-snapshot revert':
    'Ctrl-C ends a revert at once, and what it says goes on with it',
  'programs/block-snapshot/template/revisions.ts: block-snapshot revert':
    'revisions of a template that is half-way back: the revert that it names goes on',
  'reflink/commit.ts: block-snapshot commit':
    'what was written could not be committed: committed as advised when that is mended',
  'reflink/disk-of-node.ts: losetup -d': 'a loop device that is no disk of a VM is taken down as advised',
  'reflink/loop.ts: losetup -d': 'what somebody looks into read-only is detached as advised',
  'reflink/prepare.ts: block-snapshot cleanup':
    'a loop device that nobody has is no disk of a VM that starts: it is made anew',
  'reflink/template.ts: block-snapshot cleanup': 'while a template runs it is neither committed nor reverted',
  'reflink/template.ts: block-snapshot commit': 'while a template runs it is neither committed nor reverted',
  'reflink/volume.ts: block-snapshot convert':
    'what starts as the other kind is refused, and starts when it is converted as advised',
  'templates/commit.ts: block-snapshot commit':
    'a run that could not be committed for want of room: committed as advised when there is some',
  'templates/convert/to-snapshots.ts: block-snapshot commit':
    'a template of clones is not converted while it is in use, nor with a run that is not committed',
  'templates/committed.ts: block-snapshot commit':
    'of a template that runs, or whose run is not committed, nothing is derived',
  'templates/open-files.ts: losetup -d': "of an image on somebody's loop device: detached as it advises",
  'templates/revert/abandon-plan.ts: block-snapshot revert':
    'a revert with nothing left to merge is finished as advised',
  'templates/revert/belonging.ts: block-snapshot revert --abandon':
    'a half-way revert whose image was changed since',
  'templates/revert/belonging.ts: block-snapshot revert --force':
    'an undo of another version of the image: --force, as advised',
  'templates/revert/mark.ts: block-snapshot revert':
    'a mark of a revert, read by a person: the command goes on with it',
  'templates/revert/mark.ts: block-snapshot revert --abandon':
    'a mark that says nothing: given up as advised',
  'templates/revert/plan.ts: block-snapshot commit':
    'a revert of a run that is not committed: the commit that it advises',
  'templates/revert/plan.ts: block-snapshot revert':
    'another number of runs than were begun: the revert that is advised finishes those',
  'templates/revert/revert.ts: block-snapshot revert':
    'a sector of the undo that cannot be read for a while: the revert goes on as advised',
  'templates/revert/revert.ts: block-snapshot revert --abandon':
    'a sector of the undo that cannot be read: the revert is given up as advised',
  'templates/users.ts: block-snapshot cleanup':
    'on a template whose origin was left: what it advises lets it go on',
  'templates/users.ts: losetup -d': "of an image on somebody's loop device: detached as it advises",
};

/** Commands that change nothing, which people are told to look with: a test runs them, where that is the way out it gives. */
export const LOOKED_AT: Readonly<Record<string, string>> = {
  'claims/claims.ts: block-snapshot list': 'a record that is damaged, removed as advised',
  'claims/records.ts: dmsetup ls': 'what people are told to look with is there, and answers',
  'devices/kernel/backing.ts: block-snapshot list':
    'a base that VMs have read-only: list, as advised, shows them',
  'devices/kernel/backing.ts: blockdev --getro':
    'a base that is a read-only block device: blockdev, as advised',
  'devices/kernel/backing.ts: lsattr': 'a base that is immutable: lsattr, as advised',
  'devices/kernel/clone-refusal.ts: lsattr': 'a folder in which no cow can be made: mended as lsattr shows',
  'devices/kernel/cow-backing.ts: dmsetup ls':
    'a cow that another stack uses: dmsetup ls, as advised, shows it',
  'devices/kernel/cow-file.ts: lsattr': 'a folder in which no cow can be made: mended as lsattr shows',
  'devices/kernel/device-state.ts: dmsetup table':
    "a name that is taken by somebody's device: removed as advised",
  'devices/kernel/in-the-way.ts: fuser': 'what people are told to look with is there, and answers',
  'devices/kernel/in-the-way.ts: lsblk': 'what people are told to look with is there, and answers',
  'devices/kernel/lock-file.ts: fuser': 'a lock that another command holds: fuser, as advised, tells which',
  'devices/kernel/loop-devices.ts: losetup -l': 'what people are told to look with is there, and answers',
  'devices/kernel/lost-store.ts: block-snapshot list':
    'a run that overflowed: the commit that list gives ends it',
  'devices/kernel/udev-session.ts: udevadm settle':
    'udev did not finish within 20 s: what is advised waits for it',
  'disks/detach-clone.ts: losetup -l': 'what people are told to look with is there, and answers',
  'reflink/prepare.ts: fuser': 'what people are told to look with is there, and answers',
  'reflink/template.ts: block-snapshot revisions':
    'while a template runs it is neither committed nor reverted',
  'templates/commit-on-stop.ts: block-snapshot commit':
    'the hotplug script runs no command when a template on a block device stops, and says so',
  'templates/open-files.ts: fuser': 'what people are told to look with is there, and answers',
  'templates/revert/abandon-plan.ts: block-snapshot revisions':
    'a revert that was not begun, or only has to be finished',
  'templates/revert/plan.ts: block-snapshot revisions': 'a revert further than there are revisions',
  'templates/users.ts: block-snapshot list':
    'a snapshot that a program has open: the list that is advised names the program',
  'xen/hotplug/backend.ts: dmsetup info': 'what people are told to look with is there, and answers',
  'xen/hotplug/backend.ts: dmsetup mknodes': 'what people are told to look with is there, and answers',
  'xen/hotplug/backend.ts: losetup -l': 'what people are told to look with is there, and answers',
};
