// The rules of the layer inside a VM.
import type { Guard } from './guard.ts';

const STORES = 'vm-layer/initramfs-tools.test';
const TROUBLE = 'vm-layer/trouble.test';

export const VM_LAYER_GUARDS: readonly Guard[] = [
  {
    rule: 'a VM that does not ask for the layer is left alone',
    from: 'asks_for_dmroot || exit 0',
    to: 'asks_for_dmroot || patience=1',
    program: 'unit/install-vm.test',
    checks: ['a VM that does not ask is left alone before anything else is done'],
  },
  {
    rule: 'a VM waits for its disks as long as is said',
    from: '-le "$ends" ] || return 1',
    to: '-lt "$ends" ] || return 1',
    program: 'unit/install-vm.test',
    checks: ['what does not come is waited for as long as is said, however late in a second that begins'],
  },
  {
    rule: "the layer's store begins empty, whatever the start before has left in it",
    from: '  begin_empty /dev/mapper/dmroot-meta ||',
    to: '  true ||',
    program: STORES,
    checks: ['initramfs-tools: a thin layer takes the writes, gives back what is deleted, and forgets'],
  },
  {
    rule: 'what the kernel reads past the cache is written before, whoever else has it open',
    from: ' && blockdev --flushbufs "$1"',
    to: '',
    program: 'kernel/guest/vm-store',
    checks: ['a store begins empty on the disk itself, though somebody has it open'],
  },
  {
    rule: 'the root of a VM is the partition that is called so',
    from: '[ "$line" != \'PARTNAME=Root filesystem\' ] || root=',
    to: '[ "$line" != \'PARTNAME=Root filesystem\' ] || line=',
    program: STORES,
    checks: [
      'initramfs-tools: a snapshot takes the writes over the partition called "Root filesystem", and forgets',
    ],
  },
  {
    rule: 'swap beside an encrypted store is encrypted as well',
    from: 'if [ "$crypt" = yes ]; then\n    [ -e /sys/module/dm_crypt ]',
    to: 'if [ "$crypt" = no ]; then\n    [ -e /sys/module/dm_crypt ]',
    program: STORES,
    checks: ['initramfs-tools: nobody can read in the volatile disk what was written to an encrypted thin'],
  },
  {
    rule: 'a VM whose volatile disk is too small is told how large it has to be',
    from: '[ "$1" -lt "$root_size" ] || return 0',
    to: 'return 0',
    program: TROUBLE,
    checks: [
      'initramfs-tools: where the disk is too small it is said how large it has to be, and when it is full all can still be read',
    ],
  },
  {
    rule: 'a modules.img of another kernel is not put over the modules of the root',
    from: 'if [ ! -d "$place/$line" ]; then',
    to: 'if [ ! -d "$place" ]; then',
    program: TROUBLE,
    checks: ['initramfs-tools: a modules.img that is missing, of another kernel or no image is one warning'],
  },
];
