import {
  type Description,
  type DeviceAssignment,
  description,
  type OtherVm,
  SAMPLES,
} from './descriptions.ts';

/** A VM like the samples, and what is special in it. */
export interface Variant {
  title: string;
  vm: Description;
}

const usb: OtherVm = { name: 'sys-usb', features: {} };

function block(device_node: string, options: Record<string, string> = {}, backend = usb): DeviceAssignment {
  return { required: true, options, devices: [{ device_node, backend_domain: backend }] };
}

function pci(device: string, options: Record<string, string> = {}, required = true): DeviceAssignment {
  return { required, options, devices: [{ segment: '0000', bus: '0b', device, function: '1' }] };
}

function volumes(count: number): Description['block_devices'] {
  return Array.from({ length: count }, (_, index) => ({
    name: index === 0 ? 'root' : `extra${index}`,
    path: `/dev/mapper/volume-${index}`,
    rw: index % 2 === 0,
    domain: index % 3 === 0 ? null : 'sys-storage',
    devtype: index % 5 === 4 ? 'cdrom' : 'disk',
    script: index % 4 === 3 ? 'block-snapshot' : null,
  }));
}

/** Disks of every kind that a device of ours is made for, and one that needs none. */
function snapshots(): Description['block_devices'] {
  const [first, second, third, fourth] = volumes(4);
  if (!first || !second || !third || !fourth) throw new Error('there are four volumes');
  const stack = '/var/lib/t/root.img:/var/lib/t/root-cow.img';
  const made = { domain: null, script: null };
  return [
    { ...first, ...made, path: `${stack}:/var/lib/vm/"a" & <b>.img`, prepare: 'snapshot' },
    { ...second, prepare: null },
    { ...third, ...made, path: stack, rw: false, prepare: 'snapshot' },
    { ...fourth, ...made, name: 'private', path: stack, prepare: 'origin' },
  ];
}

/** The way without libvirt's hook: libxl runs the script, and hands it the images. */
function scripts(): Description['block_devices'] {
  return volumes(2).map(volume => ({
    ...volume,
    domain: null,
    path: '/var/lib/t/root.img:/var/lib/t/root-cow.img',
    script: volume.name === 'root' ? 'block-snapshot' : 'block-origin',
  }));
}

const domains = (features: Record<string, string>) => [{ name: 'dom0', features }];
const host = (...model: number[]) => ({ cpu_family_model: model });

// Each line changes what one rule, or the meeting of two rules, is about.
const CHANGES: [string, Partial<Description>][] = [
  ['no maxmem', { maxmem: 0 }],
  ['memory hotplug', { use_memory_hotplug: true }],
  ['memory hotplug without maxmem', { use_memory_hotplug: true, maxmem: 0 }],
  ['memory hotplug and a PCI device', { use_memory_hotplug: true, devices: { pci: [pci('10')], block: [] } }],
  ['a PCI device that is not required', { devices: { pci: [pci('10', {}, false)], block: [] } }],
  ['a cpu of model 62', { app: { host: host(6, 62), domains: domains({}) } }],
  ['a cpu of model 85', { app: { host: host(6, 85), domains: domains({}) } }],
  ['uefi', { features: { uefi: '1' } }],
  ['uefi of the template', { template: { name: 't', features: { uefi: '1' } } }],
  [
    'uefi switched off against the template',
    { features: { uefi: '' }, template: { name: 't', features: { uefi: '1' } } },
  ],
  [
    'uefi of the template of the template',
    { template: { name: 't', features: {}, template: { name: 'b', features: { uefi: '1' } } } },
  ],
  ['no template', { template: null }],
  ['a kernel', { kernel: '6.1', kernelopts: 'quiet <x> & "y"', bootmode_kernelopts: ' rescue' }],
  ['no kernel', { kernel: null }],
  ['an empty kernel', { kernel: '' }],
  ['no initramfs', { initramfs_path: null }],
  ['no-default-kernelopts', { kernel: '6.1', features: { 'no-default-kernelopts': '1' } }],
  ['no-default-kernelopts off', { kernel: '6.1', features: { 'no-default-kernelopts': '' } }],
  [
    'apparmor and selinux',
    { kernel: '6.1', features: { apparmor: '1', selinux: '1' }, bootmode_kernelopts: ' b' },
  ],
  ['apparmor 0, selinux 1', { kernel: '6.1', features: { apparmor: '0', selinux: '1' } }],
  ['selinux of the template', { kernel: '6.1', template: { name: 't', features: { selinux: '1' } } }],
  ['no e820', { features: { 'pci-e820-host': '' }, devices: { pci: [pci('10')], block: [] } }],
  [
    'e820 off in the template only',
    { template: { name: 't', features: { 'pci-e820-host': '' } }, devices: { pci: [pci('10')], block: [] } },
  ],
  ['timezone localtime', { features: { timezone: 'LocalTime' } }],
  ['timezone 7200', { features: { timezone: '7200' } }],
  ['timezone -0', { features: { timezone: '-0' } }],
  ['timezone --5', { features: { timezone: '--5' } }],
  ['timezone -', { features: { timezone: '-' } }],
  ['timezone 5.5', { features: { timezone: '5.5' } }],
  ['timezone Europe/Berlin', { features: { timezone: 'Europe/Berlin' } }],
  ['timezone empty', { features: { timezone: '' } }],
  ['timezone of the template', { template: { name: 't', features: { timezone: '3600' } } }],
  ['no volumes', { block_devices: [] }],
  ['22 volumes', { block_devices: volumes(22) }],
  ["devices that libvirt's hook makes", { block_devices: snapshots() }],
  ['devices that hotplug scripts make', { block_devices: scripts() }],
  ['a name with markup', { features: { 'audio-model': 'ac97' }, kernel: 'k', kernelopts: `a"b'c<d>&e` }],
  [
    'block devices of every kind',
    {
      devices: {
        pci: [],
        block: [
          block('/dev/sda', { devtype: 'cdrom' }),
          block('/dev/sdb', { devtype: 'cdrom', 'frontend-dev': 'xvdz', 'read-only': 'yes' }),
          block('/dev/sdc', { 'read-only': 'no' }),
          block('/dev/sdd', { 'read-only': 'true' }, { name: 'dom0', features: {} }),
          block('/dev/sde', { devtype: 'floppy' }, { name: 'a', features: { 'qubes-agent-version': '4.3' } }),
          block('/dev/sdf', {}, { name: 'b', features: { 'qubes-agent-version': '4.10' } }),
          block(
            '/dev/sdg',
            {},
            { name: 'c', features: {}, template: { name: 't', features: { 'qubes-agent-version': '4.2' } } },
          ),
          { ...block('/dev/sdh'), required: false },
          { ...block('/dev/sdi'), devices: [...block('/dev/sdi').devices, ...block('/dev/sdj').devices] },
        ],
      },
    },
  ],
  [
    'PCI devices with options',
    {
      devices: {
        pci: [
          pci('00', { permissive: 'True' }),
          pci('1f', { 'no-strict-reset': 'True' }),
          pci('02', { permissive: '', 'no-strict-reset': '' }),
          pci('03', {}, false),
        ],
        block: [],
      },
    },
  ],
  [
    'PCI and a host that suspends to idle',
    { devices: { pci: [pci('10')] }, app: { host: host(6, 58), domains: domains({ 'suspend-s0ix': '1' }) } },
  ],
  ['no netvm', { netvm: null }],
  ['a netvm', { netvm: { name: 'sys-net', gateway: '10.137.0.5', features: {} } }],
  ['a netvm and IPv6', { netvm: { name: 'sys-net', gateway: '10.137.0.5', features: {} }, ip6: 'fd09::1' }],
  ['the old stubdomain', { features: { 'linux-stubdom': '' } }],
  [
    'the old stubdomain and a netvm',
    { features: { 'linux-stubdom': '' }, netvm: { name: 'n', gateway: '10.1.1.1', features: {} } },
  ],
  ['an audiovm', { audiovm: { name: 'sys-audio', xid: 12 } }],
  ['dom0 for audiovm', { audiovm: { name: 'dom0', xid: 0 } }],
  ['an audiovm that does not run', { audiovm: { name: 'sys-audio', xid: null } }],
  ['qemu-extra-args', { features: { 'qemu-extra-args': '  -device x,y="z"  ' } }],
  ['blank qemu-extra-args', { features: { 'qemu-extra-args': '   ' } }],
  ['debug', { debug: true }],
  [
    'debug, netvm, extra arguments',
    {
      debug: true,
      features: { 'qemu-extra-args': '-a' },
      netvm: { name: 'n', gateway: '10.1.1.1', features: {} },
    },
  ],
  ['stubdomain memory', { stubdom_mem: 300 }],
  ['stubdomain memory 0', { stubdom_mem: 0 }],
  ['an audio model', { features: { 'audio-model': 'ich6' } }],
  ['stubdom-qrexec', { features: { 'stubdom-qrexec': '1' } }],
  ['an audio model of the template', { template: { name: 't', features: { 'audio-model': 'ich9' } } }],
  ['no video', { features: { 'video-model': 'none' } }],
  ['another video', { features: { 'video-model': 'cirrus' } }],
  ['no video, old stubdomain', { features: { 'video-model': 'none', 'linux-stubdom': '' } }],
  ['a guivm that runs', { guivm: { name: 'sys-gui', running: true } }],
  ['a guivm that does not run', { guivm: { name: 'sys-gui', running: false } }],
  ['no guivm', { guivm: null }],
];

/** The samples as they are, and every change made to every one of them. */
export const VARIANTS: Variant[] = SAMPLES.flatMap(sample => [
  { title: `${sample} as it is`, vm: description(sample) },
  ...CHANGES.map(([title, changes]) => ({
    title: `${sample} with ${title}`,
    vm: description(sample, changes),
  })),
]);
