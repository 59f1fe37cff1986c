import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { type Flavour, type Said, sumOf, takenBy, VmLab } from './vm.ts';

// One table for both flavours: what a VM has of the layer, whichever made its initramfs.
t.setTimeout(0);

/** Words of every command line: switched off where it cannot go on, instead of a shell for somebody. */
const STOPS = 'panic=0 rd.shell=0';
/** Those of a VM that asks for the layer, on the disks of the lab. */
const ASKS = `${STOPS} root=/dev/mapper/dmroot ro dmroot.root=/dev/ubda dmroot.volatile=/dev/ubdb dmroot.patience=1`;
const SECRET = 'a secret of this boot';

const SHOW = `
echo root $(awk '$2 == "/" && $1 != "rootfs" { print $1, $3 }' /proc/mounts)
echo devices $(cat /sys/block/dm-*/dm/name 2>/dev/null | sort)
echo volatile $(ls /sys/class/block | grep '^ubdb' | sort)
echo template $(cat /template)
echo warned $(dmesg | grep -c 'wrap-root: ')
echo warning $(dmesg | sed -n 's/.*wrap-root: //p' | head -n 1)
`;

/** Writes, deletes and gives back; leaves something behind that the next start may not see. */
const WRITE = `
mount -o remount,rw / && echo written-before $(cat /written 2>/dev/null || echo no)
echo '${SECRET}' >/written && sync
dd if=/dev/zero bs=1M count=50 2>/dev/null | tr '\\000' x >/large && sync
`;
const GIVE_BACK = 'rm /large && sync && echo trimmed $(fstrim / && echo yes || echo no)\n';
const SWAP = `swapon /dev/ubdb1 && echo swap $(awk 'NR == 2 { print $1, $3 }' /proc/swaps)\n`;

/**
 * @param thorough whether every store is started twice, and everything tried that is the same for all flavours
 */
export function everyCase(flavour: Flavour, thorough: boolean): void {
  const lab = new VmLab(flavour);
  const whole = lab.root('whole');
  const sum = sumOf(whole);
  const boots = (name: string, body: (test: Test) => void) =>
    t.test(`${flavour}: ${name}`, async test => body(test));
  const says = (test: Test, said: Said, wanted: Readonly<Record<string, string | RegExp>>) => {
    if (!said.done) test.fail(`the VM did not come to its end: ${said.console}`);
    for (const [name, value] of Object.entries(wanted))
      test.match(said.answers.get(name), typeof value === 'string' ? new RegExp(`^${value}$`) : value, name);
  };

  /** What holds wherever nothing else is said. */
  const EMPTY = {
    devices: '',
    warned: '0',
    template: 'as the template has it',
  };

  boots('a thin layer takes the writes, gives back what is deleted, and forgets', test => {
    const volatile = lab.disk('volatile.img', 300);
    const modules = lab.modules();
    for (const boot of thorough ? ['first', 'second'] : ['first']) {
      const said = lab.boot(
        `${ASKS} dmroot.swap=64M dmroot.modules=ubdc`,
        [`${whole}:r`, volatile, `${modules}:r`],
        `${SHOW}${WRITE}${GIVE_BACK}${SWAP}
echo modules $(cat /lib/modules/${lab.release}/modules.dep) $(awk '$2 ~ /modules/ { print substr($4, 1, 2) }' /proc/mounts)
echo firmware $(cat /lib/firmware/updates/lab.bin)`,
      );
      says(test, said, {
        ...EMPTY,
        root: '/dev/mapper/dmroot ext4',
        devices: 'dmroot dmroot-data dmroot-meta dmroot-pool',
        volatile: 'ubdb ubdb1 ubdb2',
        'written-before': 'no',
        trimmed: 'yes',
        swap: '/dev/ubdb1 65532',
        modules: 'of the image ro',
        firmware: 'of the image',
      });
      test.equal(sumOf(whole), sum, `the root disk is as it was after the ${boot} boot`);
      // Here a disk takes no discards of a pool's size (32 KiB are the most): the Xen lab sees its room given back.
      const taken = takenBy(volatile);
      test.ok(taken < 60, `after the ${boot} boot the volatile disk takes ${taken} MiB`);
    }
  });

  boots('a snapshot takes the writes over the partition called "Root filesystem", and forgets', test => {
    const root = lab.root('named');
    const before = sumOf(root);
    const volatile = lab.disk('volatile.img', 300);
    for (const boot of thorough ? ['first', 'second'] : ['first']) {
      const words = `${ASKS} dmroot.store=snapshot dmroot.swap=0`;
      says(test, lab.boot(words, [`${root}:r`, volatile], `${SHOW}${WRITE}`), {
        ...EMPTY,
        root: '/dev/mapper/dmroot ext4',
        devices: 'dmroot',
        volatile: 'ubdb ubdb2',
        'written-before': 'no',
      });
      test.equal(sumOf(root), before, `the root disk is as it was after the ${boot} boot`);
    }
    test.ok(readFileSync(volatile).includes(SECRET), 'what it wrote lies in the volatile disk');
  });

  boots('memory takes the writes over the third partition, and no disk is needed', test => {
    const root = lab.root('third');
    const words = `${ASKS} dmroot.store=zram`;
    says(test, lab.boot(words, [`${root}:r`], `${SHOW}${WRITE}${GIVE_BACK}`), {
      ...EMPTY,
      root: '/dev/mapper/dmroot ext4',
      devices: 'dmroot dmroot-data dmroot-meta dmroot-pool',
      volatile: '',
      'written-before': 'no',
      trimmed: 'yes',
    });
  });

  for (const store of ['thin', 'snapshot'])
    boots(`nobody can read in the volatile disk what was written to an encrypted ${store}`, test => {
      const volatile = lab.disk('volatile.img', 300);
      const words = `${ASKS} dmroot.store=${store} dmroot.crypt=yes dmroot.swap=64M`;
      says(test, lab.boot(words, [`${whole}:r`, volatile], `${SHOW}${WRITE}${SWAP}`), {
        ...EMPTY,
        root: '/dev/mapper/dmroot ext4',
        devices: /^dmroot .*dmroot-swap/,
        'written-before': 'no',
        swap: /dm-\d+ 65532/,
      });
      test.ok(takenBy(volatile) > 40, 'it was written there');
      const bytes = readFileSync(volatile);
      for (const text of [SECRET, 'x'.repeat(64), 'SWAPSPACE2']) test.notOk(bytes.includes(text), text);
    });

  boots('a root that can be written has no layer, but its name, swap and the rest of the disk', test => {
    const root = lab.root('split');
    const volatile = lab.disk('volatile.img', 100);
    const script = `${SHOW}${WRITE}${SWAP}echo leads $(readlink -f /dev/mapper/dmroot)\n`;
    const words = `${ASKS} dmroot.swap=64M`;
    const wanted = {
      ...EMPTY,
      root: /ubda|dmroot/,
      volatile: 'ubdb ubdb1 ubdb3',
      swap: '/dev/ubdb1 65532',
      leads: '/dev/ubda',
    };
    says(test, lab.boot(words, [root, volatile], script), { ...wanted, 'written-before': 'no' });
    says(test, lab.boot(words, [root, volatile], script), { ...wanted, 'written-before': SECRET });
    says(test, lab.boot(words, [root], script), {
      leads: '/dev/ubda',
      warned: '1',
      warning: /^this VM has no swap: no volatile disk ubdb after 1 s: give this VM one/,
    });
  });

  boots('a VM that does not ask is left alone', test => {
    const volatile = lab.disk('volatile.img', 100);
    const said = lab.boot(`${STOPS} root=/dev/ubda ro dmroot.bogus=1`, [`${whole}:r`, volatile], SHOW);
    says(test, said, { ...EMPTY, root: /ubda|root/, volatile: 'ubdb' });
    test.equal(takenBy(volatile), 0, 'nothing is written');
  });

  boots(
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

  boots('what keeps a VM from starting is one line, and it stops as its initramfs does', test => {
    const volatile = lab.disk('volatile.img', 100);
    for (const [words, disks, line] of [
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
        'the volatile disk ubdb has 100 MiB, too little with 1.0 GiB of swap: give it 1.0 GiB at the very least, or say less with dmroot.swap=',
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
    ] as const) {
      const said = lab.boot(`${ASKS} ${words}`, disks);
      test.notOk(said.done, 'it does not start');
      const told = said.console.split('\n').filter(told => told.includes(line));
      test.ok(told.length > 0, `it says: ${line}`);
      if (told.length === 0) test.comment(said.console);
    }
  });

  boots('a kernel without thin volumes has a snapshot, where nothing else is asked for', test => {
    const words = `${ASKS} dmroot.swap=0 module_blacklist=dm_thin_pool`;
    says(test, lab.boot(words, [`${whole}:r`, lab.disk('volatile.img', 300)], `${SHOW}${WRITE}`), {
      ...EMPTY,
      devices: 'dmroot',
    });
  });

  boots('a modules.img that is missing, of another kernel or no image is one warning', test => {
    const volatile = lab.disk('volatile.img', 300);
    for (const [image, line] of [
      ['-', /^no disk ubdc with the kernel's modules: those of the root filesystem are used/],
      [lab.modules('0.0.1'), /^the image on ubdc has no modules of this kernel \(.*\): those of the root/],
      [lab.disk('empty.img', 8), /^the kernel's modules on ubdc cannot be mounted/],
    ] as const) {
      const script = `${SHOW}echo own $(ls -d /lib/modules/own)\n`;
      const said = lab.boot(
        `${ASKS} dmroot.swap=0 dmroot.modules=ubdc`,
        [`${whole}:r`, volatile, `${image}:r`],
        script,
      );
      says(test, said, { warned: '1', warning: line, own: '/lib/modules/own' });
    }
  });
}
