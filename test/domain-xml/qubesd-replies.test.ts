import t from 'tap';
import { lvmVolumes, type ModelVm, modelWith } from './support/qubes-model.ts';
import type { Answer } from './support/qubesd.ts';
import { bytes, complaint, daemonWith, GET_ALL, TEMPLATE, WORK } from './support/qubesd-at-work.ts';
import { run } from './support/run.ts';

/** What GetAll says of work, with some of it changed; null takes a property away. */
function propertiesWith(changes: Record<string, string | null>): string {
  const values: Record<string, string | null> = {
    debug: 'False',
    default_user: 'user',
    kernel: '',
    kernelopts: '',
    label: 'red',
    maxmem: '0',
    memory: '400',
    netvm: '',
    provides_network: 'False',
    qid: '7',
    template: 'fedora-40',
    uuid: '7db78950-c467-4863-94d1-000000000007',
    vcpus: '2',
    virt_mode: 'pvh',
    ...changes,
  };
  return Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} default=True type=str ${value}\n`)
    .join('');
}

const WRONG: [string, Record<string, string | null>, RegExp][] = [
  ['without a uuid', { uuid: null }, /GetAll of VM work: the reply has no property uuid$/],
  ['without virt_mode', { virt_mode: null }, /the reply has no property virt_mode$/],
  ['with memory that is no number', { memory: '4e2' }, /property memory must be a whole number, is "4e2"$/],
  ['with no memory', { memory: '' }, /property memory must be a whole number, is ""$/],
  ['with a flag that is none', { debug: 'yes' }, /property debug must be True or False, is "yes"$/],
  [
    'with a template that is not listed',
    { template: 'nope' },
    /property template names VM "nope", which admin\.vm\.List does not list$/,
  ],
  ['with a netvm that is no name', { netvm: 'a b\\nc' }, /property netvm names VM "a b\\nc", which admin/],
  [
    'with a uuid that is none',
    { uuid: 'x' },
    /qubesd at .*, VM work: uuid: must be a UUID, is the text "x"$/,
  ],
  [
    'with a kernel that leads elsewhere',
    { kernel: '../../etc' },
    /kernel "\.\.\/\.\.\/etc": a kernel's name/,
  ],
  ['with a MAC address that is none', { mac: '00:16' }, /VM work: mac: must be a MAC address/],
];

for (const [title, changes, message] of WRONG) {
  t.test(`A VM ${title} is refused by name`, async t => {
    t.match(await complaint(t, GET_ALL, propertiesWith(changes)), message);
  });
}

t.test('What older versions do not have is done without', async t => {
  const { socket } = await daemonWith(t, ({ method, destination }) => {
    if (destination !== 'work') return undefined;
    switch (method) {
      case GET_ALL:
        return propertiesWith({ dns: "('10.1.1.1', '10.1.1.2')", provides_network: 'True' });
      case 'admin.vm.tag.List':
      case 'admin.vm.device.pci.Assigned':
      case 'admin.vm.device.block.Assigned':
        return bytes();
      case 'admin.vm.device.pci.List':
        return 'dom0+00_1f.2 persistent=yes no-strict-reset=True\n';
      case 'admin.vm.device.block.List':
        return 'dom0+sda persistent=no read-only=yes\n';
      default:
        return undefined;
    }
  });
  const { out, errors } = await run('dump', 'work', '--qubesd', socket);
  t.same(errors, [
    "domain-xml: warning: by which release's rules the VM is to be described is not known (there is no /etc/qubes-release): those of R4.3 are taken; --release names another",
  ]);
  const vm = JSON.parse(out);
  t.match(vm, { bootmode_kernelopts: '', mac: '00:16:3e:5e:6c:00', dns: ['10.1.1.1', '10.1.1.2'] });
  t.notOk('tags' in vm);
  t.match(vm.devices.pci, [{ required: true, options: { 'no-strict-reset': 'True' } }]);
  t.match(vm.devices.block, [{ required: false, options: { 'read-only': 'yes' } }]);
});

const OTHER_CALLS: [string, string, Answer, RegExp][] = [
  [
    'A device list that neither version of the call gives',
    'admin.vm.device.pci.Assigned',
    bytes(),
    /admin\.vm\.device\.pci\.Assigned of VM work: no reply/,
  ],
  [
    'A list of VMs without states',
    'admin.vm.List',
    'work class=AppVM\n',
    /admin\.vm\.List of dom0: .*cannot be read: "work class=AppVM"$/,
  ],
  [
    'A device of nobody',
    'admin.vm.device.pci.Assigned',
    '+00_1f.2 \n',
    /Assigned of VM work: .*cannot be read/,
  ],
  [
    'A device with a quote that does not end',
    'admin.vm.device.pci.Assigned',
    "dom0+00_1f.2 mode='required\n",
    /Assigned of VM work: a reply that cannot be read/,
  ],
  [
    'A PCI device with another name',
    'admin.vm.device.pci.Assigned',
    "dom0+1f.2 mode='required'\n",
    /VM work, PCI device "1f\.2": is not of the form BB_DD\.F/,
  ],
  [
    'A feature that no call can ask for',
    'admin.vm.feature.List',
    'a b\n',
    /feature\.List of VM work: a reply that cannot be read: "a b"$/,
  ],
  ['A feature twice', 'admin.vm.feature.List', 'a\na\n', /a list with a name twice in it$/],
  [
    'A feature that may not be read',
    'admin.vm.feature.Get',
    { exception: 'PermissionDenied', message: 'no' },
    /feature\.Get\+timezone of VM work: PermissionDenied: no$/,
  ],
  [
    'A volume without its path',
    'admin.vm.volume.Info',
    infoWith({ path: '' }),
    /path must be an absolute path/,
  ],
  [
    'A volume that says nothing of rw',
    'admin.vm.volume.Info',
    'vid=a\n',
    /Info\+\w+ of VM work: the reply has no rw$/,
  ],
  [
    'A volume with a strange flag',
    'admin.vm.volume.Info',
    infoWith({ rw: '1' }),
    /rw must be True or False, is "1"$/,
  ],
  ['A volume with a key twice', 'admin.vm.volume.Info', 'vid=a\nvid=b\n', /cannot be read: "vid=b"$/],
];

function infoWith(changes: Record<string, string>): string {
  const values = { vid: 'a/b', path: '/dev/a/b', rw: 'True', snap_on_start: 'False', save_on_stop: 'True' };
  return Object.entries({ ...values, ...changes })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

for (const [title, method, answer, message] of OTHER_CALLS) {
  t.test(`${title} is an error that names the call`, async t => {
    const { socket } = await daemonWith(t, request =>
      request.method === method && ['work', 'dom0'].includes(request.destination) ? answer : undefined,
    );
    const { code, errors } = await run('dump', 'work', '--qubesd', socket);
    t.equal(code, 1);
    t.match(errors[0], message);
  });
}

t.test('A device of a VM that has been removed is none, and one of any VM is in no place yet', async t => {
  const { socket } = await daemonWith(t, ({ method, destination }) =>
    method === 'admin.vm.device.block.Assigned' && destination === 'work'
      ? "None+*:a:b device_id='a:b' port_id='*' devclass='block' backend_domain='*' mode='ask-to-attach' frontend_domain='work'\nnope+sda:* device_id='*' port_id='sda' devclass='block' backend_domain='nope' mode='required' frontend_domain='work'\n"
      : undefined,
  );
  const { out, errors } = await run('dump', 'work', '--qubesd', socket);
  t.same(errors, []);
  t.same(JSON.parse(out).devices.block, [{ required: false, options: {}, devices: [] }]);
});

t.test('What follows without a boot mode is asked for where that of the VM is none any more', async t => {
  const features = { 'boot-mode.kernelopts.live': 'a b' };
  const work = {
    ...WORK,
    features,
    resolved: { bootmode: 'gone', kernel: '6' },
    defaults: { bootmode: 'live' },
  };
  const { socket } = await daemonWith(t, () => undefined, modelWith([TEMPLATE, work]));
  const { out } = await run('dump', 'work', '--qubesd', socket);
  t.match(JSON.parse(out), { bootmode: 'gone', bootmode_kernelopts: ' a b' });
});

t.test('A VM of another machine is refused', async t => {
  const far: ModelVm = { name: 'far', klass: 'RemoteVM', qid: 30 };
  const { socket } = await daemonWith(t, () => undefined, modelWith([TEMPLATE, WORK, far]));
  t.same((await run('dump', 'far', '--qubesd', socket)).errors, [
    'domain-xml: far is a RemoteVM, which runs on another machine: it has no domain XML here',
  ]);
});

t.test('A line ends with a line feed only, and a value has whatever else Unicode has', async t => {
  const strange = 'a\u2028b\u2029c\rd\u0085e';
  const work = { ...WORK, resolved: { kernelopts: strange }, features: { timezone: strange } };
  const { socket } = await daemonWith(t, () => undefined, modelWith([TEMPLATE, work]));
  const { out, errors } = await run('dump', 'work', '--qubesd', socket);
  t.same(errors, []);
  t.match(JSON.parse(out), { kernelopts: strange, features: { timezone: strange } });
});

t.test('What is under way when something else is refused goes without a sound', async t => {
  const unheard: unknown[] = [];
  const hear = (error: unknown) => unheard.push(error);
  process.on('unhandledRejection', hear);
  t.teardown(() => process.off('unhandledRejection', hear));
  const daemon = await daemonWith(t, ({ method, destination }) => {
    if (method === GET_ALL && destination === 'work') return propertiesWith({ guivm: 'nope' });
    return destination === 'fedora-40' ? 'slow' : undefined;
  });
  const { errors } = await run('dump', 'work', '--qubesd', daemon.socket);
  t.match(errors, [/property guivm names VM "nope"/]);
  await new Promise(resolve => setTimeout(resolve, 50));
  t.same(unheard, []);
});

t.test('A feature that is taken away while it is asked for is not there', async t => {
  const { socket } = await daemonWith(t, ({ method, destination }) =>
    method === 'admin.vm.feature.List' && destination === 'work' ? 'timezone\nvanished\n' : undefined,
  );
  const { out, errors } = await run('dump', 'work', '--qubesd', socket);
  t.same(errors, []);
  t.same(JSON.parse(out).features, { timezone: '60' });
});

t.test('Net qubes and templates that lead in a circle are named, not followed for ever', async t => {
  const circle = modelWith([
    TEMPLATE,
    { ...WORK, stored: { template: 'fedora-40', netvm: 'a' } },
    {
      name: 'a',
      klass: 'AppVM',
      qid: 8,
      stored: { template: 'b', netvm: 'b' },
      volumes: lvmVolumes('a', 'b'),
    },
    {
      name: 'b',
      klass: 'AppVM',
      qid: 9,
      stored: { template: 'a', netvm: 'a' },
      volumes: lvmVolumes('b', 'a'),
    },
  ]);
  const { socket } = await daemonWith(t, () => undefined, circle);
  t.same((await run('dump', 'work', '--qubesd', socket)).errors, [
    'domain-xml: qubesd: the chain of netvms leads in a circle: work -> a -> b -> a',
  ]);
  t.match(
    (await run('dump', 'a', '--qubesd', socket)).errors[0],
    /the chain of (templates|netvms) leads in a circle/,
  );
});

t.test('A volume of a pool that only qubesd knows has the path that qubesd tells', async t => {
  const { socket } = await daemonWith(t, ({ method, argument }) =>
    method === 'admin.vm.volume.Info' && argument === 'root'
      ? infoWith({ vid: 'pool/vm', path: '/dev/zvol/pool/vm' })
      : undefined,
  );
  const { out } = await run('dump', 'work', '--qubesd', socket);
  t.match(JSON.parse(out).block_devices[0], { name: 'root', path: '/dev/zvol/pool/vm', script: null });
});
