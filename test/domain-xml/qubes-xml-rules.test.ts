import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { hostMemory } from '../../src/domain-xml/qubes/host.ts';
import { pciDeviceOf } from '../../src/domain-xml/qubes/pci-device.ts';
import { lvmVolumes, type Model, type ModelVm, modelWith } from './support/qubes-model.ts';
import { qubesXmlText } from './support/qubes-xml-text.ts';
import { folderWith, run } from './support/run.ts';

const folder = folderWith(t, {});
const KERNEL_FILES: Record<string, string> = {
  'plain/vmlinuz': '',
  'full/vmlinuz': '',
  'full/initramfs': '',
  'full/modules.img': '',
  'full/memory-hotplug-supported': '',
  'full/default-kernelopts-pci.txt': ' iommu=soft \n',
  'full/default-kernelopts-nopci.txt': 'nopat\n',
  'full/default-kernelopts-common.txt': 'nomodeset  root=x nomodeset-not nomodeset\r\n\n',
};
for (const [name, text] of Object.entries(KERNEL_FILES)) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

let number = 0;

/** What dump prints of a VM in a qubes.xml, and its warnings; with 16,000 MiB in the host. */
async function dump(model: Model, name: string, hostMemory = '16000') {
  number += 1;
  const file = join(folder, `${number}.xml`);
  writeFileSync(file, qubesXmlText(model));
  const { out, errors } = await run(
    ...['dump', name, '--qubes-xml', file, '--kernels', folder, '--host-memory', hostMemory],
  );
  return { vm: out === '' ? null : JSON.parse(out), errors: errors.map(line => line.replace(file, 'FILE')) };
}

type Stored = Partial<ModelVm>;

/** A VM alone, or with a template. */
function household(own: Stored, template?: Stored, changes: Partial<Model> = {}): Model {
  const stored = template === undefined ? {} : { template: 'temp' };
  const klass = template === undefined ? 'StandaloneVM' : 'AppVM';
  const vm = { name: 'work', klass, qid: 7, ...own, stored: { ...stored, ...own.stored } };
  const vms: ModelVm[] =
    template === undefined ? [vm] : [{ name: 'temp', klass: 'TemplateVM', qid: 3, ...template }, vm];
  return modelWith(vms, { globals: { default_kernel: 'plain' }, ...changes });
}

const stored = (properties: Record<string, string>, more: Stored = {}): Stored => ({
  stored: properties,
  ...more,
});
const pci = [{ backend: 'dom0', port: '00_1f.2', mode: 'auto-attach' }];
const NET: ModelVm = {
  name: 'net',
  klass: 'AppVM',
  qid: 2,
  stored: { provides_network: 'True', netvm: '', kernel: '' },
};

/** A household with a net qube, which is the default one or not. */
function networked(own: Stored, net: Stored = {}, globals: Record<string, string> = {}): Model {
  const model = household(own, undefined, { globals: { default_kernel: 'plain', ...globals } });
  return {
    ...model,
    vms: [...model.vms, { ...NET, ...net, stored: { ...NET.stored, ...net.stored } }],
  };
}

const RULES: [string, Model, Record<string, unknown>][] = [
  ['virt_mode is what is stored', household(stored({ virt_mode: 'PV' })), { virt_mode: 'pv', hvm: false }],
  [
    'virt_mode is hvm with a PCI device, even one that is not required',
    household({ pci }),
    { virt_mode: 'hvm' },
  ],
  [
    'virt_mode is hvm with a PCI device, whatever the template says',
    household({ pci }, stored({ virt_mode: 'pv' })),
    { virt_mode: 'hvm' },
  ],
  ["virt_mode is the template's", household({}, stored({ virt_mode: 'pv' })), { virt_mode: 'pv' }],
  ['virt_mode is pvh', household({}, {}), { virt_mode: 'pvh' }],
  ['virt_mode is what old versions called hvm', household(stored({ hvm: 'True' })), { virt_mode: 'hvm' }],
  [
    'virt_mode is pv where old versions said that it is not hvm',
    household(stored({ hvm: 'False' })),
    { virt_mode: 'pv' },
  ],

  [
    'memory is what is stored',
    household(stored({ memory: '700' }), stored({ memory: '500' })),
    { memory: 700 },
  ],
  ["memory is the template's", household({}, stored({ memory: '500' })), { memory: 500 }],
  ['memory is 400', household({}, {}), { memory: 400 }],

  ['maxmem is what is stored', household(stored({ maxmem: '1234' }, { pci })), { maxmem: 1234 }],
  ['maxmem is 0 with a PCI device', household({ pci }, stored({ maxmem: '3000' })), { maxmem: 0 }],
  ["maxmem is the template's", household({}, stored({ maxmem: '3000' })), { maxmem: 3000 }],
  ['maxmem is 4000 where the system is not known', household({}, {}), { maxmem: 4000 }],
  [
    'maxmem is ten times the memory for Linux',
    household(stored({ memory: '300' }, { features: { os: 'Linux' } })),
    { maxmem: 3000 },
  ],
  [
    "maxmem is half the host's memory where that is less",
    household(stored({ memory: '2000' }, { features: { os: 'Linux' } })),
    { maxmem: 8000 },
  ],
  ['maxmem is 0 for hvm without qrexec', household(stored({ virt_mode: 'hvm' }), {}), { maxmem: 0 }],
  [
    'maxmem is 0 for hvm with services, but not the one that gives memory back',
    household(stored({ virt_mode: 'hvm' }, { features: { 'supported-service.cups': '1' } }), {
      features: { qrexec: '1' },
    }),
    { maxmem: 0 },
  ],
  [
    'maxmem is 4000 for hvm with qrexec, and with that service in the template',
    household(stored({ virt_mode: 'hvm' }), {
      features: { qrexec: '1', 'supported-service.meminfo-writer': '1' },
    }),
    { maxmem: 4000 },
  ],
  [
    'maxmem is 4000 for hvm with qrexec that announces no services',
    household(stored({ virt_mode: 'hvm' }, { features: { qrexec: '1' } })),
    { maxmem: 4000 },
  ],
  [
    'maxmem is 0 for hvm with qrexec switched off against the template',
    household(stored({ virt_mode: 'hvm' }, { features: { qrexec: '' } }), { features: { qrexec: '1' } }),
    { maxmem: 0 },
  ],

  ["vcpus is the template's", household({}, stored({ vcpus: '6' })), { vcpus: 6 }],
  ['vcpus is 2', household({}, {}), { vcpus: 2 }],

  ['kernel is what is stored', household(stored({ kernel: 'full' })), { kernel: 'full' }],
  ["kernel is the template's", household({}, stored({ kernel: 'full' })), { kernel: 'full' }],
  ['kernel is the default one', household({}, {}), { kernel: 'plain' }],
  [
    'a kernel has its paths, the initramfs where there is one',
    household(stored({ kernel: 'full' })),
    {
      kernel_path: join(folder, 'full/vmlinuz'),
      initramfs_path: join(folder, 'full/initramfs'),
      storage: { kernels_dir: join(folder, 'full') },
    },
  ],
  ['a kernel without initramfs has none', household({}), { initramfs_path: null }],
  [
    'without a kernel, pvh boots its loader',
    household(stored({ kernel: '' })),
    { kernel: null, kernel_path: join(folder, 'pvgrub2-pvh/vmlinuz'), initramfs_path: null },
  ],
  [
    'without a kernel, pv boots its loader',
    household(stored({ kernel: '', virt_mode: 'pv' })),
    { kernel_path: join(folder, 'pvgrub2/vmlinuz') },
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

  ['mac is what is stored', household(stored({ mac: '00:16:3E:00:00:01' })), { mac: '00:16:3E:00:00:01' }],
  ['mac is that of every VM', household({}), { mac: '00:16:3e:5e:6c:00' }],
  ['netvm is none where there is no default', household({}), { netvm: null, ip: null, ip6: null }],
  [
    'netvm is the default one',
    networked({}, {}, { default_netvm: 'net' }),
    { netvm: { name: 'net', gateway: '10.137.0.2', features: {}, netvm: null } },
  ],
  [
    'netvm is none where it is stored empty',
    networked(stored({ netvm: '' }), {}, { default_netvm: 'net' }),
    { netvm: null },
  ],
  [
    'netvm is none for a template that stores none',
    networked({ klass: 'TemplateVM' }, {}, { default_netvm: 'net' }),
    { netvm: null, ip: null },
  ],
  ['ip is what is stored', networked(stored({ ip: '10.1.2.3', netvm: 'net' })), { ip: '10.1.2.3' }],
  ['ip follows from the qid', networked(stored({ netvm: 'net' }, { qid: 254 })), { ip: '10.137.0.254' }],
  [
    'ip of qid 255 ends in neither 0 nor 255',
    networked(stored({ netvm: 'net' }, { qid: 255 })),
    { ip: '10.137.1.1' },
  ],
  [
    'ip of qid 508 is the last of its net',
    networked(stored({ netvm: 'net' }, { qid: 508 })),
    { ip: '10.137.1.254' },
  ],
  [
    'ip of qid 509 is the first of the next net',
    networked(stored({ netvm: 'net' }, { qid: 509 })),
    { ip: '10.137.2.1' },
  ],
  [
    'ip of a disposable follows from its dispid',
    networked(stored({ netvm: 'net', dispid: '300' }, { klass: 'DispVM' })),
    { ip: '10.138.1.46' },
  ],
  [
    'ip of a net qube without a net qube is its own',
    networked(stored({ provides_network: 'True', netvm: '' })),
    { ip: '10.137.0.7' },
  ],
  [
    'gateway of a net qube is the address that it believes to have',
    networked(stored({ netvm: 'net' }), { features: { 'net.fake-ip': '10.9.9.9' } }),
    { netvm: { gateway: '10.9.9.9' } },
  ],
  ['ip6 is none without the feature', networked(stored({ netvm: 'net' })), { ip6: null }],
  [
    'ip6 follows from the qid with the feature of a net qube',
    networked(stored({ netvm: 'net' }, { qid: 200 }), { features: { ipv6: '1' } }),
    { ip6: 'fd09:24ef:4179::a89:c8' },
  ],
  [
    'ip6 is none with the feature switched off against the net qube',
    networked(stored({ netvm: 'net' }, { features: { ipv6: '' } }), { features: { ipv6: '1' } }),
    { ip6: null },
  ],
  [
    'ip6 of a disposable follows from its dispid',
    networked(stored({ netvm: 'net', dispid: '300' }, { klass: 'DispVM', features: { ipv6: '1' } })),
    { ip6: 'fd09:24ef:4179::a8a:12c' },
  ],
  [
    'ip6 is none without a network, whatever the feature says',
    household({ features: { ipv6: '1' } }),
    { ip6: null },
  ],
  [
    'netmask and name servers are those of every VM',
    household({}),
    { netmask: '255.255.255.255', dns: ['10.139.1.1', '10.139.1.2'] },
  ],

  [
    'guivm and audiovm are dom0',
    household({}),
    { guivm: { name: 'dom0', xid: 0 }, audiovm: { name: 'dom0', running: true } },
  ],
  [
    'guivm and audiovm are the default ones',
    networked({}, {}, { default_guivm: 'net', default_audiovm: '' }),
    { guivm: { name: 'net', running: false, xid: -1 }, audiovm: null },
  ],
  [
    'guivm is what is stored',
    networked(stored({ guivm: 'net' }), {}, { default_guivm: '' }),
    { guivm: { name: 'net' } },
  ],

  [
    'LVM volumes are the snapshots that are made at the start, or the volume itself',
    household({ volumes: lvmVolumes('work', 'temp').slice(0, 3) }),
    {
      block_devices: [
        { name: 'root', path: '/dev/mapper/qubes_dom0-vm--work--root--snap', rw: true, script: null },
        { name: 'private', path: '/dev/mapper/qubes_dom0-vm--work--private--snap' },
        { name: 'volatile', path: '/dev/mapper/qubes_dom0-vm--work--volatile' },
      ],
    },
  ],
  [
    'volumes come in the order of the file, read-only unless they are rw',
    household({
      volumes: [
        { name: 'b', pool: 'vm-pool', vid: 'g/b' },
        { name: 'a', pool: 'vm-pool', vid: 'g/a', rw: true },
      ],
    }),
    {
      block_devices: [
        { name: 'b', rw: false },
        { name: 'a', rw: true },
      ],
    },
  ],
  [
    'the kernel volume is its modules, where there are any',
    household(stored({ kernel: 'full' }, { volumes: lvmVolumes('work', 'temp').slice(3) })),
    { block_devices: [{ name: 'kernel', path: join(folder, 'full/modules.img'), rw: false, domain: null }] },
  ],
  [
    'the kernel volume is left out without modules',
    household({ volumes: lvmVolumes('work', 'temp').slice(3) }),
    { block_devices: [] },
  ],
  [
    'volumes in image files without files name their images, and the script for them',
    household({
      volumes: [
        {
          name: 'root',
          pool: 'varlibqubes',
          vid: 'appvms/work/root',
          source: 'vm-templates/t/root',
          snapOnStart: true,
        },
        { name: 'private', pool: 'varlibqubes', vid: 'appvms/work/private', saveOnStop: true },
        { name: 'volatile', pool: 'varlibqubes', vid: 'appvms/work/volatile' },
      ],
    }),
    {
      block_devices: [
        {
          path: '/var/lib/qubes/vm-templates/t/root.img:/var/lib/qubes/vm-templates/t/root-cow.img:/var/lib/qubes/appvms/work/root-cow.img',
          script: 'block-snapshot',
        },
        {
          path: '/var/lib/qubes/appvms/work/private.img:/var/lib/qubes/appvms/work/private-cow.img',
          script: 'block-origin',
        },
        { path: '/var/lib/qubes/appvms/work/volatile.img', script: null },
      ],
    },
  ],
  [
    'a volatile volume is encrypted where its pool says so, under an escaped name',
    household(
      { name: 'my-vm_1', volumes: [{ name: 'volatile', pool: 'crypt', vid: 'g/v', rw: true }] },
      undefined,
      { pools: [{ name: 'crypt', driver: 'lvm_thin', ephemeral_volatile: 'True' }] },
    ),
    { block_devices: [{ path: '/dev/mapper/vm-volatile-my_dvm_u1-crypt@volatile' }] },
  ],

  [
    'a device without a mode is required, as R4.2 had it',
    household({ pci: [{ backend: 'dom0', port: '00_1f.2' }] }),
    { devices: { pci: [{ required: true }] } },
  ],
  [
    'a device with another mode is not required',
    household({ pci }),
    { devices: { pci: [{ required: false }] } },
  ],
];

for (const [title, model, expected] of RULES) {
  t.test(title, async t => {
    const name = model.vms.find(({ qid }) => qid !== 0 && qid !== 2 && qid !== 3)?.name ?? '';
    const { vm, errors } = await dump(model, name);
    t.same(
      errors.filter(line => !line.includes('warning: ')),
      [],
    );
    t.match(vm, expected);
    for (const [key, value] of Object.entries(expected)) {
      if (value === null || typeof value !== 'object') t.equal(vm?.[key], value, key);
      if (Array.isArray(value)) t.equal(vm?.[key].length, value.length, key);
    }
    if (Array.isArray(expected['block_devices'])) {
      t.equal(vm?.block_devices.length, expected['block_devices'].length);
    }
  });
}

t.test('maxmem without --host-memory is bounded by half of what this host has', async t => {
  const file = join(folder, 'host.xml');
  writeFileSync(file, qubesXmlText(household(stored({ memory: '9999999' }, { features: { os: 'Linux' } }))));
  const { out } = await run('dump', 'work', '--qubes-xml', file);
  const total = Number(/^MemTotal:\s*(\d+)/m.exec(readFileSync('/proc/meminfo', 'latin1'))?.[1]);
  t.equal(JSON.parse(out).maxmem, Math.floor(Math.floor(total / 1024) / 2));
});

t.test("Under Xen the host's memory is what xl says, not what dom0 was given", async t => {
  const bin = folderWith(t, {
    type: 'xen\n',
    xl: '#!/bin/sh\necho "host : x"\necho "total_memory           : 16221"\n',
  });
  chmodSync(join(bin, 'xl'), 0o755);
  const { PATH } = process.env;
  t.teardown(() => {
    process.env['PATH'] = PATH;
  });
  process.env['PATH'] = `${bin}:${PATH}`;
  t.equal(await hostMemory(join(bin, 'type')), 16221);
  writeFileSync(join(bin, 'xl'), '#!/bin/sh\necho "xl: cannot open privcmd" >&2; exit 1\n');
  await t.rejects(hostMemory(join(bin, 'type')), {
    message: 'xl info: xl: cannot open privcmd: say with --host-memory how many MiB the host has',
  });
  process.env['PATH'] = folder;
  await t.rejects(hostMemory(join(bin, 'type')), {
    message:
      'xl is not installed: install the Xen tools, or say with --host-memory how many MiB the host has',
  });
});

t.test(
  'A PCI device behind bridges is found through the numbers that the kernel gave their buses',
  async t => {
    const devices = folderWith(t, {
      '0000:00:1c.0/secondary_bus_number': '3\n',
      '0000:04:02.0/secondary_bus_number': '171\n',
      '0000:00:1d.0/secondary_bus_number': 'x\n',
    });
    t.same(pciDeviceOf('00_1c.0-00_00.1', 'work', devices), {
      segment: '0000',
      bus: '03',
      device: '00',
      function: '1',
    });
    t.same(pciDeviceOf('00_1c.0-01_02.0-00_1f.7', 'work', devices), {
      segment: '0000',
      bus: 'ab',
      device: '1f',
      function: '7',
    });
    t.throws(() => pciDeviceOf('00_1e.0-00_00.0', 'work', devices), {
      message: /^VM work, PCI device 00_1e\.0-00_00\.0: .*0000:00:1e\.0\/secondary_bus_number: no such file/,
    });
    t.throws(() => pciDeviceOf('00_1d.0-00_00.0', 'work', devices), { message: /is not a bus number$/ });
    t.throws(() => pciDeviceOf('00_1c.8', 'work', devices), { message: /is not of the form BB_DD\.F/ });
  },
);

t.test('A kernel that is not there is a warning: the file may be looked at elsewhere', async t => {
  const { errors } = await dump(household(stored({ kernel: '9.9' })), 'work');
  t.same(errors, [`domain-xml: warning: kernel 9.9 of VM work: there is no ${join(folder, '9.9/vmlinuz')}`]);
});
