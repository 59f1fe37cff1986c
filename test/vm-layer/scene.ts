import t, { type Test } from 'tap';
import { type Flavour, type Said, sumOf, VmLab } from './vm.ts';

// What the tests of both flavours share: how their VMs are asked, and what they have to say.
t.setTimeout(0);

/** How often a VM is started in a row on the same disks: VM_BOOTS= times, or as often as is said here. */
export const startsOr = (least: number) => Number(process.env['VM_BOOTS'] ?? least);

/** Words of every command line: switched off where it cannot go on, instead of a shell for somebody. */
export const STOPS = 'panic=0 rd.shell=0';
/** Those of a VM that asks for the layer, on the disks of the lab. */
export const ASKS = `${STOPS} root=/dev/mapper/dmroot ro dmroot.root=/dev/ubda dmroot.volatile=/dev/ubdb`;
/** Of one whose disk does not come. */
export const SOON = 'dmroot.patience=1';
export const SECRET = 'a secret of this boot';

export const SHOW = `
echo root $(awk '$2 == "/" && $1 != "rootfs" { print $1, $3 }' /proc/mounts)
echo devices $(cat /sys/block/dm-*/dm/name 2>/dev/null | sort)
echo volatile $(ls /sys/class/block | grep '^ubdb' | sort)
echo template $(cat /template)
echo warned $(dmesg | grep -c 'wrap-root: ')
echo warning $(dmesg | sed -n 's/.*wrap-root: //p' | head -n 1)
`;

/** Writes, deletes and gives back; leaves something behind that the next start may not see. */
export const WRITE = `
mount -o remount,rw / && echo written-before $(cat /written 2>/dev/null || echo no)
echo '${SECRET}' >/written && sync
dd if=/dev/zero bs=1M count=50 2>/dev/null | tr '\\000' x >/large && sync
`;
export const GIVE_BACK = 'rm /large && sync && echo trimmed $(fstrim / && echo yes || echo no)\n';
export const SWAP = `swapon /dev/ubdb1 && echo swap $(awk 'NR == 2 { print $1, $3 }' /proc/swaps)\n`;

/** What holds wherever nothing else is said. */
export const ALWAYS = {
  devices: '',
  warned: '0',
  template: 'as the template has it',
};

/** A lab with a root disk in it. */
export interface Scene {
  flavour: Flavour;
  lab: VmLab;
  /** The root disk, read-only, without partitions. */
  whole: string;
  /** What its bytes are. */
  sum: string;
}

export function sceneOf(flavour: Flavour): Scene {
  const lab = new VmLab(flavour);
  const whole = lab.root('whole');
  return { flavour, lab, whole, sum: sumOf(whole) };
}

/** @param name what holds, as a sentence */
export function boots({ flavour }: Scene, name: string, body: (test: Test) => void): void {
  t.test(`${flavour}: ${name}`, async test => body(test));
}

/** That the VM came to its end, and said each of these. */
export function says(test: Test, said: Said, wanted: Readonly<Record<string, string | RegExp>>): void {
  if (!said.done) test.fail(`the VM did not come to its end: ${said.console}`);
  for (const [name, value] of Object.entries(wanted))
    test.match(said.answers.get(name), typeof value === 'string' ? new RegExp(`^${value}$`) : value, name);
}
