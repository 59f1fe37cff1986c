import type { XmlElement } from '../../../src/domain-xml/xml/parse.ts';
import type { Description, OtherVm } from './descriptions.ts';

/**
 * What the domain XML of a VM must say, element for element: the rules once more, in another language than the
 * templates and without looking at them.
 */
export function expectedDomain(vm: Description): Expected {
  const hvm = vm.virt_mode === 'hvm';
  return element('domain', { type: 'xen' }, [
    element('name', {}, vm.name),
    element('uuid', {}, vm.uuid),
    ...memory(vm),
    element('currentMemory', { unit: 'MiB' }, String(vm.memory)),
    element('vcpu', { placement: 'static' }, String(vm.vcpus)),
    ...(vm.virt_mode === 'pv' ? [] : [cpu(vm)]),
    element('os', {}, [...(hvm ? bootLoader(vm) : bootKernel(vm)), ...commandLine(vm)]),
    element('features', {}, machineFeatures(vm)),
    hvm
      ? variableClock(vm)
      : element('clock', { offset: 'utc', adjustment: 'reset' }, [
          element('timer', { name: 'tsc', mode: 'native' }),
        ]),
    ...['on_poweroff', 'on_reboot', 'on_crash'].map(name => element(name, {}, 'destroy')),
    element('devices', {}, devices(vm)),
    ...metadata(vm),
  ]);
}

export interface Expected {
  name: string;
  attributes: Record<string, string>;
  content: string | Expected[];
}

function element(
  name: string,
  attributes: Record<string, string>,
  content: string | Expected[] = [],
): Expected {
  return { name, attributes, content };
}

/** The parsed XML in the same form. */
export function asExpected({ name, attributes, children, text }: XmlElement): Expected {
  return {
    name,
    attributes: Object.fromEntries(attributes),
    content: text === '' ? children.map(asExpected) : text,
  };
}

function feature(vm: OtherVm, key: string): string | undefined {
  return vm.features?.[key] ?? (vm.template ? feature(vm.template, key) : undefined);
}

const assigned = (vm: Description, kind: string) => vm.devices[kind] ?? [];
const required = (vm: Description, kind: string) => assigned(vm, kind).filter(({ required }) => required);

function memory(vm: Description): Expected[] {
  const mebibytes = (name: string, value: number, more = {}) =>
    element(name, { unit: 'MiB', ...more }, String(value));
  const passthrough = vm.virt_mode === 'hvm' && assigned(vm, 'pci').length > 0;
  if (passthrough || vm.maxmem === 0) return [mebibytes('memory', vm.memory)];
  if (!vm.use_memory_hotplug) return [mebibytes('memory', vm.maxmem)];
  return [mebibytes('maxMemory', vm.maxmem, { slots: '1' }), mebibytes('memory', vm.memory)];
}

function cpu(vm: Description): Expected {
  const policy = (name: string, policy: string) => element('feature', { name, policy });
  const [family, model] = vm.app.host.cpu_family_model;
  const ivyBridge = family === 6 && (model === 58 || model === 62);
  return element('cpu', { mode: 'host-passthrough' }, [
    policy('vmx', 'disable'),
    policy('svm', 'disable'),
    ...(ivyBridge ? [policy('rdrand', 'disable')] : []),
    policy('invtsc', 'require'),
  ]);
}

function bootLoader(vm: Description): Expected[] {
  return [
    element('type', { arch: 'x86_64', machine: 'xenfv' }, 'hvm'),
    feature(vm, 'uefi')
      ? element('loader', { type: 'pflash' }, '/usr/share/edk2/xen/OVMF.fd')
      : element('loader', { type: 'rom' }, 'hvmloader'),
    element('boot', { dev: 'cdrom' }),
    element('boot', { dev: 'hd' }),
  ];
}

function bootKernel(vm: Description): Expected[] {
  const [machine, type] = vm.virt_mode === 'pvh' ? ['xenpvh', 'xenpvh'] : ['xenpv', 'linux'];
  return [
    element('type', { arch: 'x86_64', machine }, type),
    element('kernel', {}, vm.kernel_path ?? ''),
    ...(vm.initramfs_path ? [element('initrd', {}, vm.initramfs_path)] : []),
  ];
}

function commandLine(vm: Description): Expected[] {
  if (!vm.kernel) return [];
  if (feature(vm, 'no-default-kernelopts'))
    return [element('cmdline', {}, vm.kernelopts + vm.bootmode_kernelopts)];
  const common = vm.kernelopts_common;
  let security = '';
  if (feature(vm, 'apparmor') === '1') security = ' apparmor=1 security=apparmor';
  else if (feature(vm, 'selinux') === '1') security = ' selinux=1 security=selinux';
  return [element('cmdline', {}, common + vm.kernelopts + security + vm.bootmode_kernelopts)];
}

function machineFeatures(vm: Description): Expected[] {
  const names = vm.virt_mode === 'pv' ? [] : ['pae', 'acpi', 'apic', 'viridian'];
  const e820 = assigned(vm, 'pci').length > 0 && (vm.features['pci-e820-host'] ?? 'default') !== '';
  return [
    ...names.map(name => element(name, {})),
    ...(e820 ? [element('xen', {}, [element('e820_host', { state: 'on' })])] : []),
  ];
}

function variableClock(vm: Description): Expected {
  const timezone = (feature(vm, 'timezone') ?? '').toLowerCase();
  const basis = timezone === 'localtime' ? 'localtime' : 'utc';
  return element('clock', {
    offset: 'variable',
    adjustment: /^-?[0-9]+$/.test(timezone) ? timezone : '0',
    basis,
  });
}

function devices(vm: Description): Expected[] {
  return [
    ...volumes(vm),
    ...attachedBlockDevices(vm),
    ...(vm.netvm ? [networkInterface(vm, vm.netvm)] : []),
    ...required(vm, 'pci').flatMap(({ options, devices }) =>
      devices.map(device => expectedPci(vm, device, options)),
    ),
    ...(vm.virt_mode === 'hvm' ? emulated(vm) : []),
    element('console', { type: 'pty' }, [element('target', { type: 'xen', port: '0' })]),
  ];
}

const letter = (index: number) => String.fromCharCode('e'.charCodeAt(0) + index);

/** The volumes of a VM with their targets. */
function volumesOf(vm: Description) {
  const known = new Map([
    ['root', 'xvda'],
    ['private', 'xvdb'],
    ['volatile', 'xvdc'],
    ['kernel', 'xvdd'],
  ]);
  let others = 0;
  return vm.block_devices.map(volume => ({
    ...volume,
    target: known.get(volume.name) ?? `xvd${letter(others++)}`,
  }));
}

function volumes(vm: Description): Expected[] {
  return volumesOf(vm).map(({ target, path, rw, domain, devtype, script, prepare }) =>
    element('disk', { type: 'block', device: devtype }, [
      element('driver', { name: 'phy' }),
      element('source', { dev: prepare ? `/run/block-snapshot/${vm.name}/${target}` : path }),
      element('target', { dev: target }),
      ...(rw ? [] : [element('readonly', {})]),
      ...(domain ? [element('backenddomain', { name: domain })] : []),
      ...(prepare ? [] : [element('script', { path: `/etc/xen/scripts/${script ?? 'qubes-block'}` })]),
    ]),
  );
}

/** What libvirt's hook is to make. */
function metadata(vm: Description): Expected[] {
  const asked = volumesOf(vm).filter(({ prepare }) => prepare);
  if (asked.length === 0) return [];
  const list = asked.map(({ target, path, prepare }) =>
    element('device', { target, type: prepare ?? '', images: path }),
  );
  return [element('metadata', {}, [element('devices', { xmlns: 'urn:block-snapshot:devices:1' }, list)])];
}

function attachedBlockDevices(vm: Description): Expected[] {
  let next = 4;
  return required(vm, 'block').flatMap(({ options, devices }) =>
    devices.map(device => {
      const cdrom = options['devtype'] === 'cdrom' && !vm.kernel;
      const target = options['frontend-dev'] ?? (cdrom ? 'xvdd' : `xvd${letter(next++)}`);
      return expectedBlock(device, options, target);
    }),
  );
}

type Device = Description['devices'][string][number]['devices'][number];

export function expectedBlock(device: Device, options: Record<string, string>, target: string): Expected {
  const backend = device.backend_domain ?? { name: '' };
  const newScript = backend.name === 'dom0' || (feature(backend, 'qubes-agent-version') ?? '4.1') >= '4.2';
  return element('disk', { type: 'block', device: options['devtype'] ?? 'disk' }, [
    element('driver', { name: 'phy' }),
    element('source', { dev: device.device_node ?? '' }),
    element('target', { dev: target }),
    ...(options['read-only'] === 'yes' ? [element('readonly', {})] : []),
    ...(backend.name === 'dom0' ? [] : [element('backenddomain', { name: backend.name })]),
    ...(newScript ? [element('script', { path: '/etc/xen/scripts/qubes-block' })] : []),
  ]);
}

export function networkInterface(vm: Description, netvm: OtherVm): Expected {
  return element('interface', { type: 'ethernet' }, [
    element('mac', { address: vm.mac }),
    element('ip', { address: vm.ip }),
    ...(vm.ip6 ? [element('ip', { address: vm.ip6, family: 'ipv6' })] : []),
    element('backenddomain', { name: netvm.name }),
    element('script', { path: 'vif-route-qubes' }),
  ]);
}

export function expectedPci(vm: Description, device: Device, options: Record<string, string>): Expected {
  const dom0 = vm.app.domains.find(({ name }) => name === 'dom0');
  return element(
    'hostdev',
    { type: 'pci', managed: 'yes', ...(options['no-strict-reset'] ? { nostrictreset: 'yes' } : {}) },
    [
      element(
        'source',
        {
          ...(options['permissive'] ? { writeFiltering: 'no' } : {}),
          ...(dom0?.features?.['suspend-s0ix'] ? { powerManagementFiltering: 'no' } : {}),
        },
        [
          element('address', {
            domain: `0x${device.segment}`,
            bus: `0x${device.bus}`,
            slot: `0x${device.device}`,
            function: `0x${device.function}`,
          }),
        ],
      ),
    ],
  );
}

function emulated(vm: Description): Expected[] {
  const linux = (feature(vm, 'linux-stubdom') ?? 'default') !== '';
  const audio = feature(vm, 'audio-model');
  const video = feature(vm, 'video-model') ?? 'vga';
  return [
    element('emulator', emulatorAttributes(vm, linux)),
    element('input', { type: 'tablet', bus: 'usb' }),
    ...(audio ? [element('sound', { model: audio })] : []),
    ...(video === 'none' ? [] : [element('video', {}, [element('model', { type: video })])]),
    ...(video !== 'none' && linux ? [graphics(vm)] : []),
  ];
}

function emulatorAttributes(vm: Description, linux: boolean): Record<string, string> {
  const extra = ` ${feature(vm, 'qemu-extra-args') ?? ''}`.trimEnd();
  let cmdline = `-qubes-audio:audiovm_xid=${vm.audiovm?.xid ?? -1}${extra}`;
  if (vm.debug) cmdline += ' -trace xen_platform_log';
  const [first, second] = vm.dns;
  const gateway = `gw=${vm.netvm?.gateway},netmask=${vm.netmask}`;
  if (vm.netvm) {
    cmdline += linux
      ? ` -qubes-net:client_ip=${vm.ip},dns_0=${first},dns_1=${second},${gateway}`
      : ` -net lwip,client_ip=${vm.ip},server_ip=${second},dns=${first},${gateway}`;
  }
  const full = '/usr/libexec/xen/boot/qemu-stubdom-linux-full-';
  return {
    type: linux ? 'stubdom-linux' : 'stubdom',
    cmdline,
    ...(vm.stubdom_mem ? { memory: String(vm.stubdom_mem * 1024) } : {}),
    ...(feature(vm, 'audio-model') || feature(vm, 'stubdom-qrexec')
      ? { kernel: `${full}kernel`, ramdisk: `${full}rootfs` }
      : {}),
  };
}

function graphics(vm: Description): Expected {
  const { guivm } = vm;
  return element('graphics', {
    type: 'qubes',
    ...(guivm?.running && guivm.name !== 'dom0' ? { domain: guivm.name } : {}),
    ...(vm.debug ? { log_level: '2' } : {}),
  });
}
