import { join } from 'node:path';
import t from 'tap';
import { dump, household, kernels, pci, stored, testRules } from './support/qubes-household.ts';
import type { Model } from './support/qubes-model.ts';

/** Of a template whose VMs boot in a mode of their own. */
const LIVE_FOR_APPS = { 'boot-mode.appvm-default': 'live', 'boot-mode.kernelopts.live': 'a b' };

/** A VM alone, on a host that suspends to idle (S0ix). */
function suspending(own: Parameters<typeof household>[0]): Model {
  const model = household(own);
  const vms = model.vms.map(vm =>
    vm.klass === 'AdminVM' ? { ...vm, features: { 'suspend-s0ix': '1' } } : vm,
  );
  return { ...model, vms };
}

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
    { kernel: '', kernel_path: join(kernels, 'pvgrub2-pvh/vmlinuz'), initramfs_path: null },
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
    'kernelopts lets PCI devices suspend where dom0 suspends to idle',
    suspending(stored({ kernel: 'full' }, { pci })),
    { kernelopts: 'iommu=soft qubes_exp_pm_use_suspend=1' },
    '4.2',
  ],
  [
    'with a blank in front where the kernel has no options for PCI',
    suspending({ pci }),
    { kernelopts: ' qubes_exp_pm_use_suspend=1' },
  ],
  ['not so without PCI devices', suspending(stored({ kernel: 'full' })), { kernelopts: 'nopat' }],
  ['and not in R4.1', suspending(stored({ kernel: 'full' }, { pci })), { kernelopts: 'iommu=soft' }, '4.1'],
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
        'root=/dev/mapper/dmroot ro nomodeset console=hvc0 rd_NO_PLYMOUTH rd.plymouth.enable=0 plymouth.enable=0 xen_privcmd.unrestricted ',
    },
  ],
  [
    'kernelopts_common is without xen_privcmd.unrestricted before R4.3',
    household({}),
    {
      kernelopts_common:
        'root=/dev/mapper/dmroot ro nomodeset console=hvc0 rd_NO_PLYMOUTH rd.plymouth.enable=0 plymouth.enable=0 ',
    },
    '4.2',
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
    { kernelopts_common: ' root=x nomodeset-not' },
  ],
  [
    'before R4.3 it is what the kernel has, whatever the features say',
    household(stored({ kernel: 'full' }, { features: { 'no-nomodeset': '1', os: 'Linux' } })),
    { kernelopts_common: 'nomodeset  root=x nomodeset-not nomodeset' },
    '4.2',
  ],

  ['bootmode_kernelopts is empty in the default mode', household({}), { bootmode_kernelopts: '' }],
  [
    "bootmode_kernelopts is the mode's, of the template as well, after a blank",
    household(stored({ bootmode: 'live' }), { features: { 'boot-mode.kernelopts.live': 'a b' } }),
    { bootmode_kernelopts: ' a b' },
  ],
  [
    'bootmode_kernelopts is empty before R4.3',
    household(stored({ bootmode: 'live' }, { features: { 'boot-mode.kernelopts.live': 'a b' } })),
    { bootmode_kernelopts: '' },
    '4.2',
  ],
  [
    'the boot mode is the active one',
    household({ features: { 'boot-mode.active': 'live', 'boot-mode.kernelopts.live': 'a b' } }),
    { bootmode: 'live', bootmode_kernelopts: ' a b' },
  ],
  [
    'an active one that is the default goes before that of the template',
    household({ features: { 'boot-mode.active': 'default' } }, { features: LIVE_FOR_APPS }),
    { bootmode: 'default', bootmode_kernelopts: '' },
  ],
  [
    'an active one without options does not',
    household({ features: { 'boot-mode.active': 'gone' } }, { features: LIVE_FOR_APPS }),
    { bootmode: 'live', bootmode_kernelopts: ' a b' },
  ],
  [
    'that of the template is for those that are based on it',
    household({}, { features: LIVE_FOR_APPS }),
    { bootmode: 'live', bootmode_kernelopts: ' a b' },
  ],
  [
    'not for the template itself',
    household({ klass: 'TemplateVM', features: LIVE_FOR_APPS }),
    { bootmode: 'default', bootmode_kernelopts: '' },
  ],
  [
    "the template's property goes before its feature",
    household({}, stored({ appvm_default_bootmode: 'default' }, { features: LIVE_FOR_APPS })),
    { bootmode: 'default', bootmode_kernelopts: '' },
  ],
  [
    'a stored one without options gives way to that which follows',
    household(stored({ bootmode: 'gone' }), { features: LIVE_FOR_APPS }),
    { bootmode: 'gone', bootmode_kernelopts: ' a b' },
  ],
  [
    'a stored default does not',
    household(stored({ bootmode: 'default' }), { features: LIVE_FOR_APPS }),
    { bootmode: 'default', bootmode_kernelopts: '' },
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
    'memory hotplug of a VM that boots its own kernel is what its system says, that of the template as well',
    household(stored({ kernel: '' }), { features: { 'supported-feature.memory-hotplug': '1' } }),
    { use_memory_hotplug: true },
  ],
  [
    'also through the loader of its virt_mode',
    household(
      stored(
        { kernel: 'pvgrub2', virt_mode: 'pv' },
        { features: { 'supported-feature.memory-hotplug': '1' } },
      ),
    ),
    { use_memory_hotplug: true },
    '4.2',
  ],
  [
    'not through that of another',
    household(
      stored(
        { kernel: 'pvgrub2-pvh', virt_mode: 'pv' },
        { features: { 'supported-feature.memory-hotplug': '1' } },
      ),
    ),
    { use_memory_hotplug: false },
  ],
  [
    'and not at all in R4.1',
    household(stored({ kernel: 'full' }, { features: { 'memory-hotplug': '1' } })),
    { use_memory_hotplug: false },
    '4.1',
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
