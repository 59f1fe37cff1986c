// A system that is healthy but for what a test plants: /etc is a copy, with LVM told to leave our devices alone.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { xenstored } from '../hotplug/surroundings.ts';
import { must, PROJECT } from '../programs.ts';
import '../own-etc.ts';

/** What docs/lvm.md has people write. */
export const LVM_CONFIGURATION = '/etc/lvm/lvm.conf';
export const DOCUMENTED =
  /^ {4}devices \{\n[^}]*\}\n/m.exec(readFileSync(join(PROJECT, 'docs/lvm.md'), 'utf8'))?.[0] ?? '';

must('mkdir', '-p', '/etc/lvm', '/etc/udev/rules.d', '/run/block-snapshot');
must('chmod', '711', '/run/block-snapshot');
for (const place of ['/etc/lvm/devices', '/etc/xen', '/etc/libvirt/hooks'])
  rmSync(place, { recursive: true, force: true });
writeFileSync(LVM_CONFIGURATION, DOCUMENTED);

process.once('beforeExit', () => xenstored.stop());
