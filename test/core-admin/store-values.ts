// What a made-up installation is made of.

/** The kernels that there are, by their folders; "" is none. */
export const KERNEL_NAMES = ['6.6.1', '5.15', 'bare', 'pvgrub2', 'pvgrub2-pvh', ''];

/** What the host's PCI slots are called in qubes.xml, and the identities of what is in them. */
export const PCI_PORTS: readonly (readonly [port: string, identity: string])[] = [
  ['00_1f.6', '0x8086:0x15f3::p020000'],
  ['00_02.0', '0x8086:0x46a6::p030000'],
  ['00_1c.0-00_00.0', '0x10de:0x9999::p030000'],
  ['00_1c.0-00_00.1', '0x10de:0x10f0::p040300'],
  ['00_14.0', '0x8086:0x51ed::p0c0330'],
];

/** Names of features, each with the values that they get. */
export const FEATURES: Record<string, readonly string[]> = {
  os: ['Linux', 'Windows'],
  qrexec: ['1', ''],
  ipv6: ['1', ''],
  'memory-hotplug': ['1', ''],
  'supported-feature.memory-hotplug': ['1', ''],
  'supported-service.meminfo-writer': ['1', ''],
  'supported-service.cups': ['1'],
  'no-nomodeset': ['1', ''],
  'no-default-kernelopts': ['1', ''],
  apparmor: ['1', '0'],
  selinux: ['1'],
  timezone: ['localtime', '-3600', '7200', 'x'],
  servicevm: ['1'],
  uefi: ['1'],
  'audio-model': ['ich6'],
  'video-model': ['none', 'cirrus'],
  'linux-stubdom': ['', '1'],
  'stubdom-qrexec': ['1'],
  'qemu-extra-args': ['  -x y  '],
  'pci-e820-host': ['', '1'],
  'qubes-agent-version': ['4.1', '4.2'],
  'net.fake-ip': ['10.9.9.9'],
  'net.fake-gateway': ['10.9.9.1'],
  'net.fake-netmask': ['255.0.0.0'],
  'boot-mode.active': ['live', 'gone', 'default'],
  'boot-mode.appvm-default': ['live', 'gone', 'default'],
  'boot-mode.kernelopts.live': ['boot=live', ''],
  'odd-<&>': ['a & b <c> "d"'],
};
