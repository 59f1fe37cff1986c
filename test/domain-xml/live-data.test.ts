import { statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import t from 'tap';
import { TEMPLATES } from './support/project.ts';
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
const fromFile = ['--qubes-xml', file, ...kernels, '--host-memory', String(HOST_MEMORY), '--release', '4.3'];
const fromDaemon = ['--qubesd', daemon.socket, ...kernels];

const NAMES = model.vms.filter(({ klass }) => klass !== 'AdminVM').map(({ name }) => name);

for (const name of NAMES) {
  t.test(`qubesd and qubes.xml give the same description of ${name}`, async t => {
    const stored = await run('dump', name, ...fromFile);
    const live = await run('dump', name, ...fromDaemon);
    // What its Admin API cannot tell: it sorts the devices.
    t.same(
      live.errors.filter(line => !line.includes('the order in which')),
      [],
    );
    t.equal(live.code, 0);
    t.equal(stored.code, 0, stored.errors.join());
    t.equal(stored.out, live.out);
    t.equal(JSON.parse(live.out).name, name);
  });

  t.test(`What dump prints of ${name} renders to the same XML as the live data`, async t => {
    const dump = join(folder, `${name}.json`);
    t.equal((await run('dump', name, ...fromDaemon, '-o', dump)).out, '');
    const templates = ['--templates', TEMPLATES];
    const again = await run('render', name, '--vm', dump, ...templates);
    const live = await run('render', name, ...fromDaemon, ...templates);
    const stored = await run('render', name, ...fromFile, ...templates);
    t.same([again.code, again.errors], [0, []]);
    t.equal(live.out, again.out);
    t.equal(stored.out, again.out);
    t.match(again.out, `<name>${name}</name>`);
  });
}

t.test('A relative --kernels is made absolute: libvirt is in another folder', async t => {
  const near = relative(process.cwd(), join(folder, KERNELS));
  for (const source of [fromFile, fromDaemon]) {
    const given = source.map(option => (option === join(folder, KERNELS) ? near : option));
    t.same(await run('dump', 'sys-net', ...given), await run('dump', 'sys-net', ...source));
  }
});

const described = async (name: string) => JSON.parse((await run('dump', name, ...fromFile)).out);
const key = (path: string) => {
  const { dev, ino } = statSync(join(folder, path), { bigint: true });
  return `${dev.toString(16)}:${ino}`;
};

t.test('A volume in image files is the device that qubesd names after them', async t => {
  const root = (vm: { block_devices: object[] }) => vm.block_devices[0];
  const base = key('vm-templates/debian-12/root.img');
  const cow = key('vm-templates/debian-12/root-cow.img');
  t.match(root(await described('debian-12')), { path: `/dev/mapper/origin-${base}`, script: null });
  t.match(root(await described('old')), {
    path: `/dev/mapper/snapshot-${base}-${cow}-${key('appvms/old/root-cow.img')}`,
    script: null,
  });
});

t.test(
  'A volume whose cow is made at the start names its images, and the script that makes the device',
  async t => {
    const { block_devices: devices } = await described('old');
    const images = join(folder, 'appvms/old/private');
    t.match(devices[1], { path: `${images}.img:${images}-cow.img`, script: 'block-origin' });
    t.match(devices[2], { path: join(folder, 'appvms/old/volatile.img'), script: null });
    t.equal(devices.length, 3, 'a kernel without modules is no disk');
  },
);

t.test('A disposable finds features in its template and in the template of that one', async t => {
  const vm = await described('disp1234');
  t.match(vm.template, { name: 'default-dvm', features: { 'appmenus-dispvm': '1' } });
  t.match(vm.template.template, { name: 'fedora-40', features: { os: 'Linux' }, template: null });
});

t.test('A net qube comes with its address, its features and the net qubes behind it', async t => {
  const { netvm } = await described('work');
  t.match(netvm, { name: 'sys-firewall', gateway: '10.9.9.9', features: { 'net.fake-ip': '10.9.9.9' } });
  t.match(netvm.netvm, { name: 'sys-net', gateway: '10.137.0.5', netvm: null });
});

t.test('Devices come in the order in which qubesd lists them, with those that are not required', async t => {
  const { devices } = await described('windows');
  t.match(devices.block, [
    { required: true, devices: [{ device_node: '/dev/mapper/home', backend_domain: { name: 'dom0' } }] },
    { required: true, options: { devtype: 'cdrom' }, devices: [{ device_node: '/dev/sda' }] },
    { required: false, devices: [{ device_node: '/dev/sdb1', backend_domain: { name: 'sys-usb' } }] },
  ]);
  t.equal(devices.block[1].devices[0].backend_domain.template.features['qubes-agent-version'], '4.2');
});

t.test('A volume that is encrypted anew at each start is opened under a name of its own', async t => {
  const { block_devices: devices } = await described('windows');
  t.match(devices[0], { path: join(folder, 'reflinks/appvms/windows/root-dirty.img') });
  t.match(devices[2], { path: '/dev/mapper/vm-volatile-windows-crypt@volatile' });
});

t.test('qubes.xml says that it does not know what runs, and qubesd does know', async t => {
  const { errors } = await run('dump', 'windows', ...fromFile);
  t.same(errors, [
    `domain-xml: warning: ${file} does not say whether VM sys-gui runs: it is taken for halted`,
  ]);
  const running = structuredClone(model);
  for (const vm of running.vms) if (vm.name === 'sys-gui') vm.resolved = { xid: '17' };
  const other = await Qubesd.start(t, join(folder, 'running.sock'), running);
  const { out, errors: none } = await run('dump', 'windows', '--qubesd', other.socket, ...kernels);
  t.same(none, []);
  t.match(JSON.parse(out).guivm, { name: 'sys-gui', running: true, xid: 17 });
});

t.test('VMs that refer to others by name are described like those that refer by id', async t => {
  const named = join(folder, 'named.xml');
  writeFileSync(named, qubesXmlText(model, { named: true }));
  for (const name of ['work', 'disp1234', 'windows']) {
    const { out } = await run('dump', name, ...fromFile.with(1, named));
    t.equal(out, (await run('dump', name, ...fromFile)).out);
  }
});

t.test('qubesd is asked nothing twice', async t => {
  daemon.calls.length = 0;
  await run('dump', 'windows', ...fromDaemon);
  t.equal(new Set(daemon.calls).size, daemon.calls.length);
  t.ok(daemon.calls.length < 90, `${daemon.calls.length} calls`);
});

t.test('check and diff take a VM from its live data as well', async t => {
  const templates = ['--templates', TEMPLATES];
  t.match(await run('check', 'work', ...fromDaemon, ...templates), {
    code: 0,
    errors: [],
    out: /^work: valid/,
  });
  const { out } = await run('render', 'work', ...fromDaemon, ...templates);
  const before = join(folder, 'before.xml');
  writeFileSync(before, out.replace('<memory unit="MiB">600', '<memory unit="MiB">500'));
  const diff = await run('diff', 'work', ...fromFile, ...templates, '--against', before, '--color', 'never');
  t.equal(diff.code, 1, diff.errors.join());
  t.match(diff.out, /-.*>512000<.*\n\+.*>614400</);
});
