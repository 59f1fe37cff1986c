// What goes wrong, and is the same whichever flavour made the initramfs.
import { ALWAYS, ASKS, boots, SHOW, SOON, says, sceneOf, WRITE } from './scene.ts';
import { everyStop } from './stops.ts';

const scene = sceneOf('initramfs-tools');
const { lab, whole } = scene;

everyStop(scene);

boots(
  scene,
  'where the disk is too small it is said how large it has to be, and when it is full all can still be read',
  test => {
    const script = `${SHOW}mount -o remount,rw /
dd if=/dev/zero of=/full bs=64k 2>/dev/null; sync
echo read $(dd if=/bin/busybox bs=1M 2>/dev/null | wc -c) $(cat /template)
echo wrote $(echo x >/after 2>/dev/null && sync && echo yes || echo no)\n`;
    const said = lab.boot(`${ASKS} dmroot.swap=0`, [`${whole}:r`, lab.disk('volatile.img', 60)], script);
    says(test, said, {
      template: 'as the template has it',
      warned: '1',
      warning:
        /^the store takes 54\.0 MiB of writes, and the root has 100 MiB: .* a volatile disk of 106 MiB /,
      read: /^\d{6,} as the template has it$/,
    });
  },
);

boots(scene, 'a kernel without thin volumes has a snapshot, where nothing else is asked for', test => {
  const words = `${ASKS} dmroot.swap=0 module_blacklist=dm_thin_pool`;
  says(test, lab.boot(words, [`${whole}:r`, lab.disk('volatile.img', 300)], `${SHOW}${WRITE}`), {
    ...ALWAYS,
    devices: 'dmroot',
  });
});

boots(scene, 'a modules.img that is missing, of another kernel or no image is one warning', test => {
  const volatile = lab.disk('volatile.img', 300);
  for (const [image, line] of [
    ['-', /^no disk ubdc with the kernel's modules: those of the root filesystem are used/],
    [lab.modules('0.0.1'), /^the image on ubdc has no modules of this kernel \(.*\): those of the root/],
    [lab.disk('empty.img', 8), /^the kernel's modules on ubdc cannot be mounted/],
  ] as const) {
    const script = `${SHOW}echo own $(ls -d /lib/modules/own)\n`;
    const said = lab.boot(
      `${ASKS} ${SOON} dmroot.swap=0 dmroot.modules=ubdc`,
      [`${whole}:r`, volatile, `${image}:r`],
      script,
    );
    says(test, said, { warned: '1', warning: line, own: '/lib/modules/own' });
  }
});
