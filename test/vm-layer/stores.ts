import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import {
  ALWAYS,
  ASKS,
  boots,
  GIVE_BACK,
  type Scene,
  SECRET,
  SHOW,
  SWAP,
  says,
  startsOr,
  WRITE,
} from './scene.ts';
import { MEBIBYTE, type RootKind, sumOf, takenBy } from './vm.ts';

/**
 * Each kind of store, over each kind of root disk.
 * @param thorough whether thin layer and snapshot are started more than once, and both encrypted as well; if not, the snapshot is
 * seen encrypted alone: what a flavour can lack are programs and modules of the kernel
 */
export function everyStore(scene: Scene, thorough: boolean): void {
  const { lab, whole, sum } = scene;
  boots(scene, 'a thin layer takes the writes, gives back what is deleted, and forgets', test => {
    const volatile = lab.disk('volatile.img', 300);
    // What somebody else has left where the pool's metadata begins: the store takes 235 MiB, the last 5 are for those.
    const opened = openSync(volatile, 'r+');
    writeSync(opened, Buffer.alloc(4096, 'y'), 0, 4096, 295 * MEBIBYTE);
    closeSync(opened);
    const modules = lab.modules();
    for (let boot = 1; boot <= (thorough ? startsOr(2) : 1); boot += 1) {
      const said = lab.boot(
        `${ASKS} dmroot.swap=64M dmroot.modules=ubdc`,
        [`${whole}:r`, volatile, `${modules}:r`],
        `${SHOW}${WRITE}${GIVE_BACK}${SWAP}
echo modules $(cat /lib/modules/${lab.release}/modules.dep) $(awk '$2 ~ /modules/ { print substr($4, 1, 2) }' /proc/mounts)
echo firmware $(cat /lib/firmware/updates/lab.bin)`,
      );
      says(test, said, {
        ...ALWAYS,
        root: '/dev/mapper/dmroot ext4',
        devices: 'dmroot dmroot-meta dmroot-pool',
        volatile: 'ubdb ubdb1 ubdb2',
        'written-before': 'no',
        trimmed: 'yes',
        swap: '/dev/ubdb1 65532',
        modules: 'of the image ro',
        firmware: 'of the image',
      });
      test.equal(sumOf(whole), sum, `the root disk is as it was after boot ${boot}`);
      // Here a disk takes no discards of a pool's size (32 KiB are the most): domains of QEMU (libvirt.test.ts) and Xen give it back.
      const taken = takenBy(volatile);
      test.ok(taken < 60, `after boot ${boot} the volatile disk takes ${taken} MiB`);
    }
  });

  boots(scene, 'memory takes the writes over the third partition, and no disk is needed', test => {
    const root = lab.root('third');
    const words = `${ASKS} dmroot.store=zram`;
    says(test, lab.boot(words, [`${root}:r`], `${SHOW}${WRITE}${GIVE_BACK}`), {
      ...ALWAYS,
      root: '/dev/mapper/dmroot ext4',
      devices: 'dmroot dmroot-meta dmroot-pool',
      volatile: '',
      'written-before': 'no',
      trimmed: 'yes',
    });
  });

  if (thorough) {
    snapshotForgets(scene);
    nobodyReads(scene, 'thin');
  }
  nobodyReads(scene, 'snapshot', thorough ? undefined : 'named');
}

function snapshotForgets(scene: Scene): void {
  const { lab } = scene;
  boots(
    scene,
    'a snapshot takes the writes over the partition called "Root filesystem", and forgets',
    test => {
      const root = lab.root('named');
      const before = sumOf(root);
      const volatile = lab.disk('volatile.img', 300);
      for (let boot = 1; boot <= startsOr(2); boot += 1) {
        const words = `${ASKS} dmroot.store=snapshot dmroot.swap=0`;
        says(test, lab.boot(words, [`${root}:r`, volatile], `${SHOW}${WRITE}`), {
          ...ALWAYS,
          root: '/dev/mapper/dmroot ext4',
          devices: 'dmroot',
          volatile: 'ubdb ubdb2',
          'written-before': 'no',
        });
        test.equal(sumOf(root), before, `the root disk is as it was after boot ${boot}`);
      }
      test.ok(readFileSync(volatile).includes(SECRET), 'what it wrote lies in the volatile disk');
    },
  );
}

function nobodyReads(scene: Scene, store: 'thin' | 'snapshot', kind?: RootKind): void {
  const { lab, whole } = scene;
  boots(scene, `nobody can read in the volatile disk what was written to an encrypted ${store}`, test => {
    const root = kind === undefined ? whole : lab.root(kind);
    const volatile = lab.disk('volatile.img', 300);
    const words = `${ASKS} dmroot.store=${store} dmroot.crypt=yes dmroot.swap=64M`;
    says(test, lab.boot(words, [`${root}:r`, volatile], `${SHOW}${WRITE}${SWAP}`), {
      ...ALWAYS,
      root: '/dev/mapper/dmroot ext4',
      devices: /^dmroot .*dmroot-swap/,
      'written-before': 'no',
      swap: '/dev/mapper/dmroot-swap 65532',
    });
    test.ok(takenBy(volatile) > 40, 'it was written there');
    const bytes = readFileSync(volatile);
    for (const text of [SECRET, 'x'.repeat(64), 'SWAPSPACE2']) test.notOk(bytes.includes(text), text);
  });
}
