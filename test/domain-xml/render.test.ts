import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import t from 'tap';
import { description, sampleFile } from './support/descriptions.ts';
import { TEMPLATES } from './support/project.ts';
import { renderWithPython } from './support/python.ts';
import { folderWith, run, runOn } from './support/run.ts';

const VM = sampleFile('hvm_blk');

const PARTS = [
  {
    title: 'a block device takes the letter after those that the VM starts with',
    part: 'devices/block.xml',
    device: { device_node: '/dev/sdz', backend_domain: { name: 'sys-usb', features: {} } },
    options: {},
    says: '<target dev="xvdk"/>',
  },
  {
    title: 'a block device with a target of its own',
    part: 'devices/block.xml',
    device: { device_node: '/dev/sdz', backend_domain: { name: 'dom0', features: {} } },
    options: { 'frontend-dev': 'xvdm', 'read-only': 'yes' },
    says: '<target dev="xvdm"/>\n    <readonly/>\n    <script',
  },
  {
    title: 'a cdrom of a VM without a kernel',
    part: 'devices/block.xml',
    device: { device_node: '/dev/sr0', backend_domain: { name: 'sys-usb', features: {} } },
    options: { devtype: 'cdrom' },
    says: '<target dev="xvdd"/>',
  },
  {
    title: 'a PCI device',
    part: 'devices/pci.xml',
    device: { segment: '0000', bus: '01', device: '02', function: '3' },
    options: { permissive: 'True' },
    says: '<source writeFiltering="no" powerManagementFiltering="no">',
  },
];

for (const { title, part, device, options, says } of PARTS) {
  t.test(`A part rendered alone: ${title}`, async t => {
    const vm = description('hvm_blk', {
      app: {
        host: { cpu_family_model: [6, 1] },
        domains: [{ name: 'dom0', features: { 'suspend-s0ix': '1' } }],
      },
    });
    const folder = folderWith(t, {
      'vm.json': JSON.stringify(vm),
      'device.json': JSON.stringify({ ...device, options }),
    });
    const arguments_ = ['--vm', `${folder}/vm.json`, '--templates', TEMPLATES, '--part', part];
    const { out, errors } = await run('render', 'work', ...arguments_, '--device', `${folder}/device.json`);
    t.same(errors, []);
    const [python] = renderWithPython([
      { templates: [TEMPLATES], names: [`libvirt/${part}`], vm, device, options, power_mgmt: '1' },
    ]);
    t.equal(out, python?.output);
    t.match(out, says);
  });
}

t.test('A part rendered alone: the network interface, which takes no device', async t => {
  const file = sampleFile('pvh_net');
  const { out, errors } = await run(
    'render',
    'work',
    '--vm',
    file,
    '--templates',
    TEMPLATES,
    '--part',
    'devices/net.xml',
  );
  t.same(errors, []);
  const [python] = renderWithPython([
    { templates: [TEMPLATES], names: ['libvirt/devices/net.xml'], vm: description('pvh_net') },
  ]);
  t.equal(out, python?.output);
});

t.test('The output goes to a file as a whole, keeps its mode, and a link stays a link', async t => {
  const folder = folderWith(t, { 'old.xml': 'old' });
  symlinkSync('old.xml', `${folder}/link.xml`);
  chmodSync(`${folder}/old.xml`, 0o640);
  const whole = await run('render', 'work', '--vm', VM, '--templates', TEMPLATES);
  const { code, out } = await run(
    'render',
    'work',
    '--vm',
    VM,
    '--templates',
    TEMPLATES,
    '-o',
    `${folder}/link.xml`,
  );
  t.equal(code, 0);
  t.equal(out, '');
  t.equal(readFileSync(`${folder}/old.xml`, 'utf8'), whole.out);
  t.equal(statSync(`${folder}/old.xml`).mode & 0o777, 0o640);
  t.ok(lstatSync(`${folder}/link.xml`).isSymbolicLink());
  t.same(readdirSync(folder).sort(), ['link.xml', 'old.xml'], 'nothing is left behind');
});

t.test('What fails leaves the file as it was', async t => {
  const folder = folderWith(t, { 'old.xml': 'old', 'libvirt/xen.xml': '{{ vm.nothing }}' });
  const { code } = await run('render', 'work', '--vm', VM, '--templates', folder, '-o', `${folder}/old.xml`);
  t.equal(code, 1);
  t.equal(readFileSync(`${folder}/old.xml`, 'utf8'), 'old');
  const missing = await run(
    'render',
    'work',
    '--vm',
    VM,
    '--templates',
    TEMPLATES,
    '-o',
    `${folder}/no/new.xml`,
  );
  t.same(missing.errors, [`domain-xml: ${folder}/no/new.xml: cannot be written: no such file or folder`]);
  const into = await run('render', 'work', '--vm', VM, '--templates', TEMPLATES, '-o', folder);
  t.same(into.errors, [`domain-xml: ${folder}: is a folder; name a file to write to`]);
});

t.test(
  'On a terminal the output ends with a line end, elsewhere it is to the byte what the template gives',
  async t => {
    const folder = folderWith(t, { 'libvirt/xen.xml': '<a/>' });
    t.equal((await run('render', 'work', '--vm', VM, '--templates', folder)).out, '<a/>');
    t.equal(
      (await runOn({ interactive: true }, 'render', 'work', '--vm', VM, '--templates', folder)).out,
      '<a/>\n',
    );
  },
);
