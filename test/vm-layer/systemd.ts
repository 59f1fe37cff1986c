import { ALWAYS, ASKS, boots, type Scene, SECRET, says, startsOr } from './scene.ts';
import { sumOf, takenBy } from './vm.ts';

const SCRIPT = `
echo state $(systemctl is-system-running --wait)
echo failed $(systemctl list-units --failed --plain --no-legend | cut -d ' ' -f 1)
echo root $(findmnt -no SOURCE,FSTYPE /) $(findmnt -no OPTIONS / | cut -d , -f 1)
echo name $(systemctl show -p ActiveState --value dev-mapper-dmroot.device)
echo swap $(awk 'NR == 2 { print $1, $3 }' /proc/swaps)
echo devices $(dmsetup info -c --noheadings -o name | sort)
echo template $(cat /template)
echo written-before $(cat /written 2>/dev/null || echo no)
echo '${SECRET}' >/written
dd if=/dev/zero of=/large bs=1M count=20 2>/dev/null
sync; rm /large; sync
echo trimmed $(systemctl start fstrim.service && systemctl show -p Result --value fstrim.service)
echo warned $(dmesg | grep -c 'wrap-root: ')
echo warning $(dmesg | sed -n 's/.*wrap-root: //p' | head -n 1)
`;

/**
 * A Debian as people install it, whose udev and systemd take over what the initramfs has made, and its /etc/fstab.
 */
export function withSystemd(scene: Scene): void {
  const { lab } = scene;
  boots(
    scene,
    'a Debian with systemd comes up whole on the layer, with the swap of its fstab, and goes down',
    test => {
      const root = lab.debian();
      const before = sumOf(root);
      const volatile = lab.disk('volatile.img', 900);
      for (let boot = 1; boot <= startsOr(1); boot += 1)
        says(test, lab.boot(`${ASKS} dmroot.swap=64M`, [`${root}:r`, volatile], SCRIPT), {
          ...ALWAYS,
          state: 'running',
          failed: '',
          root: '/dev/mapper/dmroot ext4 rw',
          name: 'active',
          swap: '/dev/ubdb1 65532',
          devices: 'dmroot dmroot-meta dmroot-pool',
          'written-before': 'no',
          trimmed: 'success',
        });
      test.equal(sumOf(root), before, 'the root disk is as it was');
      test.comment(`the volatile disk takes ${takenBy(volatile).toFixed(0)} MiB`);
    },
  );
}
