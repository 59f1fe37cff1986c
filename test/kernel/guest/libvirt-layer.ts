// The layer inside a VM under libvirt: domains of QEMU that boot Debian's own kernel, with an initramfs as Debian makes it, on a root
// that they may not write to. libvirtd, its hook, QEMU and the guests are all real.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { FILESYSTEMS } from './filesystems/mounts.ts';
import { hashOf, MEBIBYTE, makeImage, newFolder } from './images.ts';
import { mustVirsh, virsh } from './libvirt/daemon.ts';
import { describeVm, type TestDisk } from './libvirt/domains.ts';
import { executable, must } from './programs.ts';
import { leftovers } from './state.ts';

t.setTimeout(0);
/**
 * A folder with vmlinux, root.img and an initramfs, called by what has made it (test/vm-layer/libvirt.test.ts); with `full` the
 * domain is started again, with a disk that gets full, and another one on a clone, by dracut's: each start takes its time in here.
 */
const [, , GIVEN = '', full] = process.argv;
const folder = newFolder();
// libvirt gives them to the user that QEMU runs as, which cannot be done with this machine's own.
for (const name of ['vmlinux', 'root.img', 'initramfs-tools', ...(full === 'full' ? ['dracut'] : [])])
  must('cp', '--sparse=always', `${GIVEN}/${name}`, `${folder}/${name}`);

// QEMU writes them itself.
const LOGS = '/run/consoles';
must('install', '-d', '-o', '64055', LOGS);

const WORDS =
  'console=ttyS0 quiet panic=0 mitigations=off root=/dev/mapper/dmroot ro dmroot.root=vda dmroot.volatile=vdb dmroot.swap=16M';
const SCRIPT = `mount -o remount,rw /
echo root $(awk '$2 == "/" && $1 != "rootfs" { print $1 }' /proc/mounts)
echo swap $(swapon /dev/vdb1 && awk 'NR == 2 { print $1 }' /proc/swaps)
echo template $(cat /template) $(cat /written 2>/dev/null)
echo mine >/written
dd if=/dev/zero of=/large bs=1M count=50 2>/dev/null; sync
echo wrote $(awk '{ print int($7 / 2048) }' /sys/block/vdb/stat)
rm /large; sync
echo trimmed $(fstrim / && echo yes)
`;

const FILL = `mount -o remount,rw /
echo template $(cat /template) $(cat /written 2>/dev/null)
dd if=/dev/zero of=/full bs=64k 2>/dev/null; sync
echo read $(cat /template)
echo warned $(dmesg | grep -c 'wrap-root: the store takes')
`;

/**
 * Starts a domain, and waits until its guest has switched itself off.
 * @param root its first disk; the second is empty, and its own
 * @param how by whose initramfs, and what the guest does
 * @returns what the guest has said, by what it says it of
 */
function runs(
  name: string,
  root: TestDisk,
  volatile: string,
  { flavour = 'initramfs-tools', script = SCRIPT },
): Map<string, string> {
  const more = {
    kernel_path: `${folder}/vmlinux`,
    initramfs_path: `${folder}/${flavour}`,
    kernelopts: '',
    kernelopts_common: `${WORDS} lab_script=${btoa(script)} `,
  };
  const file = `/run/${name}.xml`;
  const log = `${LOGS}/${name}`;
  const disks = [root, { prepare: null, path: volatile }];
  const described = describeVm(name, disks, 256, more);
  must(executable('domain-xml'), 'render', name, ...described, '--output', file);
  const serial = `<serial type="pty"><log file="${log}" append="off"/></serial>`;
  writeFileSync(file, readFileSync(file, 'utf8').replace('<serial type="pty"/>', serial));
  mustVirsh('define', file);
  mustVirsh('start', name);
  const end = Date.now() + 300_000;
  while (mustVirsh('domstate', name).trim() !== 'shut off') {
    if (Date.now() > end) {
      mustVirsh('destroy', name);
      throw new Error(`${name} does not come to its end: ${readFileSync(log, 'utf8')}`);
    }
    virsh('event', '--domain', name, '--event', 'lifecycle', '--timeout', '30');
  }
  mustVirsh('undefine', name);
  const lines = readFileSync(log, 'utf8').replaceAll('\r', '').split('\n');
  if (!lines.includes('done')) throw new Error(`${name} went down before its end: ${lines.join('\n')}`);
  return new Map(lines.map(line => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]));
}

function check(test: Test, name: string, root: TestDisk, flavour?: 'dracut'): void {
  const volatile = makeImage(`${folder}/${name}-volatile.img`, 200 * MEBIBYTE);
  const said = runs(name, root, volatile, { flavour });
  test.equal(said.get('root'), '/dev/mapper/dmroot');
  test.equal(said.get('swap'), '/dev/vdb1');
  test.equal(said.get('template'), 'as the template has it');
  const wrote = Number(said.get('wrote'));
  test.ok(wrote >= 50, `what it writes goes to its volatile disk: ${wrote} MiB`);
  test.equal(said.get('trimmed'), 'yes');
  const left = (statSync(volatile).blocks * 512) / MEBIBYTE;
  test.ok(left <= 5, `of 50 MiB that it deleted no more than 5 are left here: ${left.toFixed(1)} MiB`);
}

t.test(
  'a domain on a snapshot that it may not write to has its own layer, and gives back what it deletes',
  async test => {
    const root = `${folder}/root.img`;
    const before = hashOf(root);
    const cow = makeImage(`${folder}/work-cow.img`, 100 * MEBIBYTE);
    const disk = { prepare: 'snapshot', path: `${root}:${folder}/root-cow.img:${cow}`, rw: false } as const;
    check(test, 'work', disk);
    if (full === 'full') {
      const said = runs('work', disk, makeImage(`${folder}/small-volatile.img`, 60 * MEBIBYTE), {
        script: FILL,
      });
      test.equal(said.get('template'), 'as the template has it', 'what was written the time before is gone');
      test.equal(said.get('read'), 'as the template has it', 'with a full disk it still reads');
      test.equal(said.get('warned'), '1', 'that its disk is too small it said at its start');
    }
    test.equal(hashOf(root), before, "the template's bytes are the same");
    test.same(leftovers(), [], 'nothing is left');
  },
);

function onClone(test: Test): void {
  const xfs = FILESYSTEMS.find(({ name }) => name === 'XFS');
  if (xfs === undefined) throw new Error('XFS is not among the filesystems');
  const place = newFolder();
  const { point, unmount } = xfs.mount(place);
  try {
    must('mkdir', `${point}/t`, `${point}/vm`);
    must('cp', '--sparse=always', `${folder}/root.img`, `${point}/t/root.img`);
    const before = hashOf(`${point}/t/root.img`);
    check(
      test,
      'clone',
      {
        prepare: 'reflink',
        path: `${point}/t/root.img:${point}/vm/root.img`,
        rw: false,
      },
      'dracut',
    );
    test.equal(hashOf(`${point}/t/root.img`), before, "the template's bytes are the same");
    test.same(
      leftovers().filter(line => !line.endsWith('filesystem.img')),
      [],
      'nothing is left',
    );
  } finally {
    unmount();
  }
}
if (full === 'full')
  t.test(
    'a domain on a clone that it may not write to likewise, by the initramfs that dracut makes',
    async test => onClone(test),
  );
