// What udev makes of our devices: VMs write their bytes, so nothing may look into them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { MEBIBYTE, makeImage, makeTemplate } from './images.ts';
import { must, mustCleanup, mustPrepare } from './programs.ts';
import { leftovers, loopDevices } from './state.ts';

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

const foreign = must('losetup', '-f', '--show', makeImage(join(template.folder, 'other.raw'), 8 * MEBIBYTE));
must('mkfs.ext4', '-q', foreign);
must('udevadm', 'settle');
must('udevadm', 'trigger', '--settle', foreign);
t.match(properties(foreign), /^ID_FS_TYPE=ext4$/m, "other people's loop devices are looked at as ever");
must('losetup', '-d', foreign);

mustCleanup('snapshot', node);
must('udevadm', 'settle');
t.same(leftovers(), [], 'nothing is left');
t.match(must('dmsetup', 'udevcookies'), /^(Cookie.*)?$/, 'no udev cookie is left');
