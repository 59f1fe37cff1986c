import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { family, HOST_MEMORY, KERNELS, makeFamilyFiles } from './support/qubes-family.ts';
import { qubesXmlText } from './support/qubes-xml-text.ts';
import { folderWith, run } from './support/run.ts';

const folder = folderWith(t, {});
makeFamilyFiles(folder);
const model = family(folder);
const file = join(folder, 'qubes.xml');
writeFileSync(file, qubesXmlText(model));
const kernels = ['--kernels', join(folder, KERNELS)];
const fromFile = ['--qubes-xml', file, ...kernels, '--host-memory', String(HOST_MEMORY), '--release', '4.3'];

const NAMES = model.vms.filter(({ klass }) => klass !== 'AdminVM').map(({ name }) => name);

t.test('The description of a VM with everything is what the rules say, key for key', async t => {
  const { out } = await run('dump', 'sys-net', ...fromFile);
  const kernel = join(folder, KERNELS, '6.6.1');
  const template = {
    name: 'fedora-40',
    features: {
      'boot-mode.kernelopts.live': 'boot=live',
      os: 'Linux',
      qrexec: '1',
      'qubes-agent-version': '4.2',
      'supported-service.meminfo-writer': '1',
    },
    template: null,
  };
  const volume = (name: string, more: object) => ({
    name,
    pool: 'vm-pool',
    vid: `qubes_dom0/vm-sys-net-${name}`,
    source: null,
    rw: true,
    snap_on_start: false,
    save_on_stop: false,
    ephemeral: false,
    revisions_to_keep: 1,
    ...more,
    path: `/dev/mapper/qubes_dom0-vm--sys--net--${name}`,
  });
  const expected = {
    release: '4.3',
    name: 'sys-net',
    qid: 5,
    xid: -1,
    uuid: '7db78950-c467-4863-94d1-000000000005',
    klass: 'AppVM',
    label: { name: 'green', index: 1, color: '0x000000' },
    tags: [],
    running: false,
    virt_mode: 'hvm',
    memory: 300,
    maxmem: 0,
    vcpus: 2,
    use_memory_hotplug: false,
    stubdom_mem: null,
    debug: false,
    default_user: 'user',
    kernel: '6.6.1',
    kernel_path: `${kernel}/vmlinuz`,
    initramfs_path: `${kernel}/initramfs`,
    kernelopts: 'iommu=soft qubes_exp_pm_use_suspend=1',
    kernelopts_common:
      'systemd.machine_id=7db78950c467486394d1000000000005 root=/dev/mapper/dmroot ro nomodeset quiet ',
    bootmode_kernelopts: '',
    storage: { kernels_dir: kernel },
    features: { ipv6: '1', servicevm: '1' },
    template,
    provides_network: true,
    netvm: null,
    mac: '00:16:3e:5e:6c:00',
    ip: '10.137.0.5',
    ip6: 'fd09:24ef:4179::a89:5',
    netmask: '255.255.255.255',
    dns: ['10.139.1.1', '10.139.1.2'],
    audiovm: { name: 'dom0', running: true, xid: 0 },
    guivm: { name: 'dom0', running: true, xid: 0 },
    block_devices: [
      ['root', '/dev/mapper/qubes_dom0-vm--sys--net--root--snap', true],
      ['private', '/dev/mapper/qubes_dom0-vm--sys--net--private--snap', true],
      ['volatile', '/dev/mapper/qubes_dom0-vm--sys--net--volatile', true],
      ['kernel', `${kernel}/modules.img`, false],
    ].map(([name, path, rw]) => ({ name, rw, devtype: 'disk', domain: null, path, script: null })),
    volumes: {
      root: volume('root', { source: 'qubes_dom0/vm-fedora-40-root', snap_on_start: true }),
      private: volume('private', { save_on_stop: true }),
      volatile: volume('volatile', {}),
      kernel: {
        ...volume('kernel', { pool: 'linux-kernel', vid: '6.6.1', rw: false, revisions_to_keep: 0 }),
        path: `${kernel}/modules.img`,
      },
    },
    devices: {
      pci: [
        {
          required: true,
          options: {},
          devices: [{ segment: '0001', bus: '03', device: '00', function: '0' }],
        },
        {
          required: true,
          options: { 'no-strict-reset': 'True', permissive: "it's" },
          devices: [{ segment: '0000', bus: '00', device: '1f', function: '6' }],
        },
      ],
      block: [],
    },
    autostart: false,
    backup_timestamp: null,
    bootmode: 'default',
    default_dispvm: null,
    devices_denied: '',
    gateway: '10.137.0.5',
    gateway6: 'fd09:24ef:4179::a89:5',
    icon: 'servicevm-green',
    include_in_backups: true,
    installed_by_rpm: false,
    keyboard_layout: 'us++',
    management_dispvm: null,
    qrexec_timeout: 60,
    shutdown_timeout: 60,
    start_time: null,
    stubdom_uuid: '',
    stubdom_xid: -1,
    template_for_dispvms: false,
    updateable: false,
    visible_gateway: null,
    visible_gateway6: null,
    visible_ip: '10.137.0.5',
    visible_ip6: 'fd09:24ef:4179::a89:5',
    visible_netmask: null,
  };
  const { app, ...vm } = JSON.parse(out);
  t.equal(JSON.stringify(vm, null, 2), JSON.stringify(expected, null, 2));
  t.same(Object.keys(JSON.parse(out)).at(-1), 'app');
  t.same(app.host, { cpu_family_model: cpuOfThisMachine() });
  t.same(app.domains[0], {
    name: 'dom0',
    features: { 'config.default': '', 'suspend-s0ix': '1' },
    klass: 'AdminVM',
    qid: 0,
    running: true,
    xid: 0,
  });
  const rest = app.domains.slice(1);
  t.same(
    rest.map(({ name }: { name: string }) => name),
    NAMES.toSorted(),
  );
  t.same(
    rest.find(({ name }: { name: string }) => name === 'work'),
    { name: 'work', klass: 'AppVM' },
  );
  t.match(
    rest.find(({ name }: { name: string }) => name === 'fedora-40'),
    {
      features: template.features,
      virt_mode: 'pvh',
      memory: 400,
      updateable: true,
      label: { name: 'green', index: 1 },
    },
  );
});

function cpuOfThisMachine(): number[] {
  const text = readFileSync('/proc/cpuinfo', 'utf8');
  return [/^cpu family\s*: (\d+)/m, /^model\s*: (\d+)/m].map(pattern => Number(pattern.exec(text)?.[1]));
}
