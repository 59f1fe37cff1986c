import { ASKS, boots, type Scene, SOON } from './scene.ts';

/**
 * What keeps a VM from starting.
 * @param most how many of them are tried
 */
export function everyStop(scene: Scene, most = Number.POSITIVE_INFINITY): void {
  const { lab, whole } = scene;
  boots(scene, 'what keeps a VM from starting is one line, and it stops as its initramfs does', test => {
    const volatile = lab.disk('volatile.img', 100);
    for (const [words, disks, line] of (
      [
        [
          '',
          ['-', volatile],
          'no root disk ubda after 1 s: give this VM the disk, name another with dmroot.root=, or wait longer with dmroot.patience=',
        ],
        [
          '',
          [`${whole}:r`],
          'no volatile disk ubdb after 1 s: give this VM one, name another with dmroot.volatile=, or take dmroot.store=zram, which needs none',
        ],
        [
          '',
          [`${whole}:r`, `${volatile}:r`],
          'the volatile disk ubdb is read-only: give this VM one that it may write to',
        ],
        [
          '',
          [`${whole}:r`, volatile],
          'the volatile disk ubdb has 100 MiB, too little with 1.0 GiB of swap: give it 1057 MiB at the very least, or say less with dmroot.swap=',
        ],
        [
          'dmroot.stroe=thin',
          [`${whole}:r`, volatile],
          "dmroot.stroe=thin on the kernel's command line is not known: there are dmroot.root=, volatile=, modules=, store=, crypt=, swap= and patience=",
        ],
        [
          'dmroot.store=thin dmroot.swap=0 module_blacklist=dm_thin_pool',
          [`${whole}:r`, volatile],
          `the kernel ${lab.release} has no dm_thin_pool in this initramfs, which is needed for dmroot.store=thin dmroot.crypt=no: install it there, or say another store or dmroot.crypt=no`,
        ],
      ] as const
    ).slice(0, most)) {
      const said = lab.boot(`${ASKS} ${SOON} ${words}`, disks);
      test.notOk(said.done, 'it does not start');
      const told = said.console.split('\n').filter(told => told.includes(line));
      test.ok(told.length > 0, `it says: ${line}`);
      if (told.length === 0) test.comment(said.console);
    }
  });
}
