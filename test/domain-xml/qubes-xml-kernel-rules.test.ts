import { join } from 'node:path';
import t from 'tap';
import { dump, household, kernels, pci, stored, testRules } from './support/qubes-household.ts';

testRules([
  ['kernel is what is stored', household(stored({ kernel: 'full' })), { kernel: 'full' }],
  ["kernel is the template's", household({}, stored({ kernel: 'full' })), { kernel: 'full' }],
  ['kernel is the default one', household({}, {}), { kernel: 'plain' }],
  [
    'a kernel has its paths, the initramfs where there is one',
    household(stored({ kernel: 'full' })),
    {
      kernel_path: join(kernels, 'full/vmlinuz'),
      initramfs_path: join(kernels, 'full/initramfs'),
      storage: { kernels_dir: join(kernels, 'full') },
    },
  ],
  ['a kernel without initramfs has none', household({}), { initramfs_path: null }],
  [
    'without a kernel, pvh boots its loader',
    household(stored({ kernel: '' })),
    { kernel: null, kernel_path: join(kernels, 'pvgrub2-pvh/vmlinuz'), initramfs_path: null },
  ],
  [
    'without a kernel, pv boots its loader',
    household(stored({ kernel: '', virt_mode: 'pv' })),
    { kernel_path: join(kernels, 'pvgrub2/vmlinuz') },
  ],
  [
    'without a kernel, hvm boots by itself',
    household(stored({ kernel: '', virt_mode: 'hvm' })),
    { kernel_path: null, storage: { kernels_dir: null } },
  ],

  [
    'kernelopts is what is stored',
    household(stored({ kernelopts: 'a b', kernel: 'full' })),
    { kernelopts: 'a b' },
  ],
  [
    'kernelopts is empty without a kernel',
    household(stored({ kernel: '' }), stored({ kernelopts: 'x' })),
    { kernelopts: '' },
  ],
  [
    "kernelopts is the kernel's for PCI",
    household(stored({ kernel: 'full' }, { pci })),
    { kernelopts: 'iommu=soft' },
  ],
  [
    'kernelopts is empty with PCI where the kernel has none',
    household({ pci }, stored({ kernelopts: 'x' })),
    { kernelopts: '' },
  ],
  ["kernelopts is the template's", household({}, stored({ kernelopts: 'x' })), { kernelopts: 'x' }],
  [
    "kernelopts is that of the template's kernel, not of one's own",
    household(stored({ kernel: 'full' }), {}),
    { kernelopts: 'swiotlb=2048' },
  ],
  ["kernelopts is the kernel's without PCI", household(stored({ kernel: 'full' })), { kernelopts: 'nopat' }],
  ['kernelopts is swiotlb=2048', household({}), { kernelopts: 'swiotlb=2048' }],

  [
    "kernelopts_common is the kernel's, without its line ends",
    household(stored({ kernel: 'full' })),
    { kernelopts_common: 'nomodeset  root=x nomodeset-not nomodeset' },
  ],
  [
    'kernelopts_common is the usual where the kernel has none',
    household({}),
    {
      kernelopts_common:
        'root=/dev/mapper/dmroot ro nomodeset console=hvc0 rd_NO_PLYMOUTH rd.plymouth.enable=0 plymouth.enable=0 ',
    },
  ],
  [
    'kernelopts_common is empty without a kernel',
    household(stored({ kernel: '' })),
    { kernelopts_common: '' },
  ],
  [
    "kernelopts_common begins with the machine's id for Linux, of the template as well",
    household(stored({ kernel: 'full' }), { features: { os: 'Linux' } }),
    {
      kernelopts_common:
        'systemd.machine_id=7db78950c467486394d1000000000007 nomodeset  root=x nomodeset-not nomodeset',
    },
  ],
  [
    'kernelopts_common loses the word nomodeset with no-nomodeset',
    household(stored({ kernel: 'full' }, { features: { 'no-nomodeset': '1' } })),
    { kernelopts_common: 'root=x nomodeset-not ' },
  ],

  ['bootmode_kernelopts is empty in the default mode', household({}), { bootmode_kernelopts: '' }],
  [
    "bootmode_kernelopts is the mode's, of the template as well, after a blank",
    household(stored({ bootmode: 'live' }), { features: { 'boot-mode.kernelopts.live': 'a b' } }),
    { bootmode_kernelopts: ' a b' },
  ],
  [
    'bootmode_kernelopts is empty for a mode without options',
    household(stored({ bootmode: 'live' }), {}),
    { bootmode_kernelopts: '' },
  ],

  [
    'memory hotplug is used where the kernel supports it',
    household(stored({ kernel: 'full' })),
    { use_memory_hotplug: true },
  ],
  ['memory hotplug is not used where the kernel does not', household({}), { use_memory_hotplug: false }],
  [
    'memory hotplug is not used for hvm',
    household(stored({ kernel: 'full', virt_mode: 'hvm' })),
    { use_memory_hotplug: false },
  ],
  [
    'memory hotplug is used for hvm with the feature, of the template as well',
    household(stored({ virt_mode: 'hvm' }), { features: { 'memory-hotplug': '1' } }),
    { use_memory_hotplug: true },
  ],
  [
    'memory hotplug is not used with the feature switched off',
    household(stored({ kernel: 'full' }, { features: { 'memory-hotplug': '' } })),
    { use_memory_hotplug: false },
  ],
]);

t.test('A kernel that is not there is a warning: the file may be looked at elsewhere', async t => {
  const { errors } = await dump(household(stored({ kernel: '9.9' })), 'work');
  t.same(errors, [`domain-xml: warning: kernel 9.9 of VM work: there is no ${join(kernels, '9.9/vmlinuz')}`]);
});
