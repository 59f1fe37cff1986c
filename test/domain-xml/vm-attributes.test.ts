import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { family, HOST_MEMORY, KERNELS, makeFamilyFiles } from './support/qubes-family.ts';
import { qubesXmlText } from './support/qubes-xml-text.ts';
import { Qubesd } from './support/qubesd.ts';
import { folderWith, run } from './support/run.ts';

const folder = folderWith(t, {});
makeFamilyFiles(folder);
const model = family(folder);
const file = join(folder, 'qubes.xml');
writeFileSync(file, qubesXmlText(model));
const daemon = await Qubesd.start(t, join(folder, 'qubesd.sock'), model);
const kernels = ['--kernels', join(folder, KERNELS)];
const SOURCES = [
  ['--qubesd', daemon.socket, ...kernels],
  ['--qubes-xml', file, ...kernels, '--host-memory', String(HOST_MEMORY), '--release', '4.3'],
];

/** What templates of people ask of a VM, and what it prints in Qubes. */
const ATTRIBUTES: [string, string, string][] = [
  ['work', '{{ vm.autostart }} {{ vm.include_in_backups }} {{ vm.qrexec_timeout + 1 }}', 'False True 61'],
  ['work', '{{ vm.visible_ip }} {{ vm.visible_gateway }} {{ vm.icon }}', '10.137.0.7 10.9.9.9 appvm-green'],
  ['sys-net', '{{ vm.icon }} {{ vm.gateway }} {{ vm.provides_network }}', 'servicevm-green 10.137.0.5 True'],
  [
    'work',
    '{{ vm.label }} {{ vm.label.index }} {{ vm.label.color }} {{ vm.label.icon }}',
    'green 1 0x000000 appvm-green',
  ],
  [
    'work',
    '{{ vm.netvm.ip }} {{ vm.netvm.memory }} {{ vm.netvm.label }} {{ vm.netvm.template }}',
    '10.137.0.6 400 red fedora-40',
  ],
  ['work', '{{ vm.template.virt_mode }} {{ vm.template.vcpus }} {{ vm.template.klass }}', 'pvh 2 TemplateVM'],
  ['work', "{{ vm.netvm.features.check_with_template('qrexec') }}", '1'],
  ['default-dvm', '{{ vm.template_for_dispvms }} {{ vm.icon }}', 'True templatevm-red'],
  [
    'disp1234',
    '{{ vm.dispid }} {{ vm.auto_cleanup }} {{ vm.template.template_for_dispvms }} {{ vm.default_dispvm }}',
    '1234 False True default-dvm',
  ],
  [
    'disp1234',
    '{{ vm.default_dispvm.features.get("appmenus-dispvm") }} {{ vm.default_dispvm == vm.template }}',
    '1 True',
  ],
  [
    'work',
    "{{ vm.app.domains['sys-net'].provides_network }} {{ vm.app.domains['windows'].klass }} {{ 'old' in vm.app.domains }}",
    'True StandaloneVM True',
  ],
  [
    'work',
    "{{ vm.app.domains['work'] == vm }} {{ vm.app.domains[5] }} {{ vm.app.domains[0] }}",
    'True sys-net dom0',
  ],
  [
    'work',
    '{{ vm.uuid }} {{ vm.uuid.hex }}',
    '7db78950-c467-4863-94d1-000000000007 7db78950c467486394d1000000000007',
  ],
  [
    'work',
    "{{ vm.volumes['root'] }} {{ vm.volumes.root.pool }} {{ vm.volumes.private.save_on_stop }} {{ vm.volumes | length }}",
    'qubes_dom0/vm-work-root vm-pool True 4',
  ],
  [
    'work',
    '{{ vm.dns }} {{ vm.dns[0] }} {{ vm.netmask }}',
    '10.139.1.1 10.139.1.2 10.139.1.1 255.255.255.255',
  ],
  ['default-dvm', '{{ vm.dns }} {{ vm.netmask }} {{ vm.ip }}', 'None None None'],
  [
    'work',
    '{{ vm.hvm is defined }} {{ vm.running is defined }} {{ vm.release is defined }} {{ vm.netvm is defined }}',
    'False False False True',
  ],
  [
    'grub',
    '{{ vm.kernel == "" }} {{ vm.template is defined }} {{ vm.storage.kernels_dir }}',
    'True False None',
  ],
];

for (const [name, template, printed] of ATTRIBUTES) {
  t.test(`From either source, of ${name}: ${template}`, async t => {
    const templates = folderWith(t, { 'libvirt/xen.xml': template });
    for (const source of SOURCES) {
      const { out, errors } = await run('render', name, ...source, '--templates', templates);
      t.equal(out, printed, errors.join());
    }
  });
}

t.test('What is not known of a VM that has nothing to do with this one is an error, not a no', async t => {
  const templates = folderWith(t, { 'libvirt/xen.xml': "{{ vm.app.domains['windows'].features.get('x') }}" });
  for (const source of SOURCES) {
    const { errors } = await run('render', 'work', ...source, '--templates', templates);
    t.match(errors, [/UndefinedError: .* has no attribute 'features'/]);
  }
});
