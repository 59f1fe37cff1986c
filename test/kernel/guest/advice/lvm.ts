// dom0's LVM and the disks of VMs: what docs/lvm.md has people write into lvm.conf.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { check } from '../checks.ts';
import { MEBIBYTE, makeImage, newFolder, type Template } from '../images.ts';
import { mustCleanup, mustPrepare, PROJECT, run } from '../programs.ts';

const QUIET = 'backup {\n backup = 0\n archive = 0\n}\nglobal {\n event_activation = 0\n}\n';

/** The lines of docs/lvm.md that are written into the configuration. */
function documented(): string {
  const text = readFileSync(join(PROJECT, 'docs/lvm.md'), 'utf8');
  return text.match(/^ {4}devices \{\n[^}]*\}\n/m)?.[0] ?? '';
}

/** LVM with a configuration of its own. @returns what it printed */
function lvm(configuration: string, ...command: string[]): string {
  const folder = newFolder();
  mkdirSync(join(folder, 'lvm'));
  writeFileSync(join(folder, 'lvm/lvm.conf'), QUIET + configuration);
  return run('env', [
    ...[`LVM_SYSTEM_DIR=${join(folder, 'lvm')}`, 'LVM_SUPPRESS_FD_WARNINGS=1', 'DM_DISABLE_UDEV=1'],
    ...command,
  ]).stdout;
}

/** A VM writes a volume group to its disk. */
function disksOf({ folder, root, rootCow }: Template): [snapshot: string, origin: string] {
  const cow = makeImage(join(folder, 'vm.img'), 64 * MEBIBYTE);
  run('truncate', ['-s', '64M', root]);
  run('truncate', ['-s', '80M', rootCow]);
  return [mustPrepare('snapshot', root, rootCow, cow), mustPrepare('origin', root, rootCow)];
}

function volumeOn(test: Test, disk: string): void {
  lvm('', 'vgcreate', '-q', 'evil', disk);
  lvm('', 'lvcreate', '-q', '-Zn', '-Wn', '-an', '-n', 'root', '-l', '100%FREE', 'evil');
  test.match(lvm('', 'pvs', '--noheadings', '-o', 'pv_name'), disk, 'without the filter it is seen');
}

check('with the documented filter LVM neither shows nor activates what a VM wrote', (test, template) => {
  test.not(documented(), '');
  const [snapshot, origin] = disksOf(template);
  for (const disk of [snapshot, origin]) {
    volumeOn(test, disk);
    test.equal(lvm(documented(), 'pvs', '-a', '--noheadings', '-o', 'pv_name').match(/mapper|loop/), null);
    lvm(documented(), 'vgchange', '-ay');
    lvm(documented(), 'vgscan', '--mknodes');
    test.equal(run('dmsetup', ['ls']).stdout.includes('evil'), false, 'nothing is activated');
    lvm('', 'vgremove', '-q', '-f', '-y', 'evil');
    lvm('', 'pvremove', '-q', '-f', '-y', disk);
  }
  mustCleanup('origin', origin);
  test.equal(mustCleanup('snapshot', snapshot), '', 'the disk goes');
});
