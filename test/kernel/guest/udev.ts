// What udev makes of our devices: VMs write their bytes, so nothing may look into them.
import { existsSync, rmSync, unlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import { revisionPath, stalePath } from '../../../src/devices/plan/own-cow.ts';
import { abandonedSuffix, revertedPath } from '../../../src/devices/plan/revert-names.ts';
import { follow } from './advice/follow.ts';
import { MEBIBYTE, makeImage, makeTemplate } from './images.ts';
import { planMessage } from './kernel-log.ts';
import { blockSnapshotBeside, kernel, must, mustCleanup, mustPrepare, run } from './programs.ts';
import { leftovers, loopDevices } from './state.ts';
import './udev-cookies.ts';

t.setTimeout(0);
const template = makeTemplate(MEBIBYTE);
const root = makeImage(join(template.folder, 'root.img'), 8 * MEBIBYTE);
must('mkfs.ext4', '-q', '-L', 'from-a-vm', root);
const node = mustPrepare('snapshot', root, template.rootCow, template.vm1);
const properties = (device: string) => must('udevadm', 'info', '--query=property', device);

t.match(properties(node), /^DM_UDEV_DISABLE_DISK_RULES_FLAG=1$/m, 'the device is closed to disk rules');
t.match(properties(node), /^DM_UDEV_DISABLE_OTHER_RULES_FLAG=1$/m, 'and to all others');
t.match(properties(node), /^DM_UDEV_DISABLE_SUBSYSTEM_RULES_FLAG=1$/m, 'and to those of subsystems');
t.notMatch(properties(node), /^ID_FS_/m, 'nothing has looked for a filesystem on it');
must('udevadm', 'settle');
for (const { name } of loopDevices()) {
  t.match(
    properties(`/dev/${name}`),
    /^UDEV_DISABLE_PERSISTENT_STORAGE_RULES_FLAG=1$/m,
    `${name} is closed too`,
  );
  t.notMatch(properties(`/dev/${name}`), /^ID_FS_/m, `nothing has looked for a filesystem on ${name}`);
}
t.notOk(existsSync('/dev/disk/by-label/from-a-vm'), 'the label that a VM wrote is no link on this machine');

/** What udev finds on a loop device whose file has this name. */
function foundOn(path: string, removed = false): string | undefined {
  must('mkfs.ext4', '-q', '-F', makeImage(path, 8 * MEBIBYTE));
  const loop = must('losetup', '-f', '--show', path);
  if (removed) unlinkSync(path);
  must('udevadm', 'settle');
  must('udevadm', 'trigger', '--settle', loop);
  const found = /^ID_FS_TYPE=.*$/m.exec(properties(loop))?.[0];
  must('losetup', '-d', loop);
  rmSync(path, { force: true });
  return found;
}

// VMs have the files open while commits, reverts and reinstallations rename and remove them.
const image = join(template.folder, 'another.img');
const cow = join(template.folder, 'another-cow.img');
for (const path of [
  cow,
  revisionPath(cow, 1),
  revisionPath(cow, 2),
  revertedPath(cow, 1),
  stalePath(cow, 0),
  stalePath(cow, 1),
  `${cow}${abandonedSuffix(new Date(0))}`,
  `${revisionPath(cow, 1)}${abandonedSuffix(new Date(0))}`,
  `${root}${abandonedSuffix(new Date(0))}`,
])
  t.equal(foundOn(path), undefined, `nothing looks into ${basename(path)}`);
for (const path of [cow, join(template.folder, 'volatile.img')])
  t.equal(foundOn(path, true), undefined, `nothing looks into ${basename(path)} that was removed`);
t.equal(foundOn(image), 'ID_FS_TYPE=ext4', "other people's loop devices are looked at as ever");
mustCleanup('snapshot', node);
must('udevadm', 'settle');
t.same(leftovers(), [], 'nothing is left');
const NO_COOKIE = /^(Cookie.*)?$/;
const cookies = () => must('dmsetup', 'udevcookies');
t.match(cookies(), NO_COOKIE, 'no udev cookie is left');

must('udevadm', 'control', '--stop-exec-queue');
let ended = false;
const waiting = blockSnapshotBeside('prepare', 'snapshot', [root, template.rootCow, template.vm1].join(':'));
waiting.finally(() => {
  ended = true;
});
// The last thing that it does before it waits. By its name: the node is what udev would make.
const isLive = () => run('dmsetup', ['table', basename(node)]).stdout !== '';
while (!ended && !isLive()) await new Promise(resolve => setTimeout(resolve, 50));
must('dmsetup', 'udevcomplete_all', '-y');
t.match(
  await waiting,
  { status: 0, stderr: '' },
  'an administrator can end the wait for a udev that stands still',
);
must('udevadm', 'control', '--start-exec-queue');
must('udevadm', 'settle');
mustCleanup('snapshot', node);

must('udevadm', 'control', '--stop-exec-queue');
const cookie = must('dmsetup', 'udevcreatecookie');
planMessage('^Buffer I/O error on dev dm-[0-9]+, logical block 0, async page read');
must('dmsetup', '--udevcookie', cookie, 'create', 'udev-stands-still', '--table', '0 8 error');
t.equal(
  kernel.waitForUdev(Number(cookie), 200),
  false,
  'the wait for a udev that stands still ends by itself',
);
t.match(cookies(), NO_COOKIE, 'and leaves no cookie');
must('udevadm', 'control', '--start-exec-queue');
must('udevadm', 'settle');
must('dmsetup', 'remove', 'udev-stands-still');
t.same(leftovers(), [], 'nothing is left');

must('udevadm', 'control', '--stop-exec-queue');
const late = await blockSnapshotBeside('prepare', 'snapshot', `${root}:${template.rootCow}`);
t.match(
  late,
  { status: 1, stdout: '', stderr: /: udev did not finish within 20 s: see udevadm settle/ },
  'a prepare that udev keeps ends by the clock, and says what it waited for',
);
must('udevadm', 'control', '--start-exec-queue');
t.match(
  follow(late.stderr, 'udevadm settle'),
  { status: 0 },
  'udev did not finish within 20 s: what is advised waits for it',
);
t.match(cookies(), NO_COOKIE, 'that leaves no cookie');
t.same(leftovers(), [], 'nor a device');
mustCleanup('snapshot', mustPrepare('snapshot', root, template.rootCow));
must('udevadm', 'settle');
t.same(leftovers(), [], 'nothing is left');
