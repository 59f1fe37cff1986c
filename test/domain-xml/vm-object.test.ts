import { writeFileSync } from 'node:fs';
import t from 'tap';
import { type Description, description } from './support/descriptions.ts';
import { type PythonJob, renderWithPython } from './support/python.ts';
import { folderWith, run } from './support/run.ts';

/** A VM that has something of everything. */
const VM: Description & Record<string, unknown> = {
  ...description('hvm_pci'),
  features: { own: 'o', empty: '', both: 'mine', timezone: 'localtime', get: 'a feature called get' },
  template: {
    name: 'fedora-40',
    features: { both: 'theirs', empty: 'full', 'of-template': 't' },
    template: { name: 'base', features: { 'of-base': 'b' } },
  },
  netvm: {
    name: 'sys-firewall',
    gateway: '10.137.0.6',
    features: { net: 'n' },
    ...{ netvm: { name: 'sys-net', features: { far: 'f' } } },
  },
  app: {
    host: { cpu_family_model: [6, 58] },
    domains: [
      { name: 'dom0', features: { admin: 'a', both: 'admin' } },
      { name: 'sys-net', features: {} },
    ],
  },
  devices: {
    pci: [
      {
        required: true,
        options: { permissive: 'True' },
        devices: [{ segment: '0000', bus: '00', device: '10', function: '0' }],
      },
      {
        required: false,
        options: {},
        devices: [
          { segment: '0000', bus: '01', device: '00', function: '0' },
          { segment: '0000', bus: '01', device: '00', function: '1' },
        ],
      },
    ],
    block: [],
  },
  running: true,
  guivm: { name: 'sys-gui', running: false },
  audiovm: { name: 'sys-audio', xid: 3 },
  whatever: { nested: [1, 2.5, true, null, 'x'], more: { a: 'b' } },
};

// Each prints the same here and in Python, or fails in both.
const SNIPPETS = [
  "{{ vm.features.get('own') }} {{ vm.features.get('none') }} {{ vm.features.get('none', 'd') }} {{ vm.features.get('of-template', 'd') }}",
  "{{ vm.features['own'] }}|{{ vm.features['empty'] }}|{{ 'own' in vm.features }} {{ 'none' in vm.features }}",
  "{{ vm.features['none'] }}",
  '{{ vm.features.none }}',
  "{{ vm.features.own }} {{ vm.features['get'] }} {{ vm.features.get is callable }}",
  "{{ vm.features | length }} {{ vm.features.keys() | list }} {{ vm.features.values() | join(',') }}",
  '{% for key, value in vm.features.items() %}{{ key }}={{ value }};{% endfor %}',
  '{% for key in vm.features %}{{ key }};{% endfor %}{{ vm.features }}',
  "{{ vm.features is mapping }} {{ vm.features is iterable }} {{ 'yes' if vm.features else 'no' }}",
  "{{ vm.netvm.features == {'net': 'n'} }} {{ {'net': 'n'} == vm.netvm.features }} {{ vm.features == vm.features }}",
  ...['own', 'empty', 'both', 'of-template', 'of-base', 'net', 'far', 'admin', 'none'].flatMap(key =>
    [
      'check_with_template',
      'check_with_netvm',
      'check_with_adminvm',
      'check_with_template_and_adminvm',
    ].flatMap(method => [
      `{{ vm.features.${method}('${key}') }} {{ vm.features.${method}('${key}', 'default') }}`,
    ]),
  ),
  "{{ vm.features.check_with_template('none', default=False) }} {{ vm.features.check_with_template('none', none) is none }}",
  '{{ vm.features.check_with_template() }}',
  "{{ vm.features.check_with_template('a', 'b', 'c') }}",
  "{{ vm.template.features.check_with_template('of-base') }} {{ vm.netvm.features.check_with_adminvm('admin') }}",
  "{{ vm.devices['pci'].get_assigned_devices() | list | length }} {{ vm.devices.pci.get_assigned_devices(True) | list | length }}",
  "{{ vm.devices['pci'].get_assigned_devices(required_only=True) | map(attribute='options') | list }}",
  "{{ vm.devices['usb'].get_assigned_devices() | list }} {{ vm.devices['mic'].persistent() | list }}",
  "{{ 'pci' in vm.devices }} {{ 'usb' in vm.devices }}",
  '{% if vm.devices.block.get_assigned_devices() %}a generator is true{% endif %}',
  '{{ vm.devices.pci.get_assigned_devices() | length }}',
  '{% set all = vm.devices.pci.get_assigned_devices() %}{{ all | list | length }}{{ all | list | length }}',
  "{% for a in vm.devices['pci'].assignments(True) %}{{ a.device.bus }}:{{ a.device.device }}.{{ a.device.function }}{% endfor %}",
  "{{ vm.devices['pci'].assignments() | list | length }} {{ vm.devices['pci'].assignments(False) | list | length }}",
  "{{ vm.devices['pci'].assignments(persistent=True) | map(attribute='device.bus') | join(',') }}",
  '{% for device in vm.devices.pci.attached(persistent=True) %}{{ device.bus }}{% endfor %}{{ vm.devices.pci.attached() | list | length }}',
  '{% for device in vm.devices.pci.persistent() %}{{ device.device }} {% endfor %}',
  "{% for a in vm.devices.pci.get_assigned_devices() %}{{ a.required }}{{ a.options.get('permissive', 'no') }}{% for d in a.devices %}{{ d.function }}{% endfor %};{% endfor %}",
  '{{ vm.is_running() }} {{ vm.is_halted() }} {{ vm.guivm.is_running() }} {{ vm.guivm.is_halted() }} {{ vm.is_running is callable }}',
  "{{ vm.app.domains[0] }} {{ vm.app.domains['dom0'].name }} {{ vm.app.domains[0].features.get('admin') }}",
  "{{ vm.app.domains['none'] }}",
  "{{ vm.app.domains['none'] is defined }} {{ vm.app.domains[7] is defined }}",
  '{% for domain in vm.app.domains %}{{ domain.name }} {% endfor %}',
  '{{ vm.app.host.cpu_family_model }} {{ vm.app.host.cpu_family_model in [(6, 58), (6, 62)] }} {{ vm.app.host.cpu_family_model == [6, 58] }}',
  '{{ vm }} {{ vm.netvm }} {{ vm.template }} {{ vm.label }} {{ vm.guivm }} {{ vm.audiovm.xid }}',
  "{{ vm['name'] }} {{ vm['nothing'] is defined }} {{ vm.nothing is defined }} {{ vm | attr('name') }}",
  '{{ vm.nothing }}',
  '{{ vm.netvm.nothing }}',
  '{{ vm.label.nothing }}',
  '{{ vm.block_devices[0].nothing }}',
  "{{ vm.dns }} {{ vm.dns[0] }} {{ vm.dns[-1] }} {{ (vm.dns + ('x',)) | join(' ') }}",
  "{{ vm.block_devices | map(attribute='name') | join(',') }} {{ vm.block_devices | selectattr('rw') | list | length }}",
  '{{ vm.tags }} {{ vm.tags | sort | first }} {{ vm.storage.kernels_dir }} {{ vm.debug }} {{ vm.stubdom_mem }}',
  '{{ vm.whatever.nested }} {{ vm.whatever.more.a }} {{ vm.whatever.nested[1] + 1 }}',
  '{{ vm.constructor }}',
  "{{ vm['__proto__'] }}",
  '{{ vm.features.constructor is defined }} {{ vm.toString is defined }}',
  "{{ bug('VM %s has %d of %r', vm.name, 3, 'x') }}",
  "{{ bug('no arguments') }}",
  "{{ bug('too many', 1) }}",
];

const templates = SNIPPETS.map(snippet => ({ 'libvirt/xen.xml': snippet }));
const folders = templates.map(files => folderWith(t, files));
const answers = renderWithPython(
  folders.map((folder): PythonJob => ({ templates: [folder], names: ['libvirt/xen.xml'], vm: VM })),
);

for (const [index, snippet] of SNIPPETS.entries()) {
  t.test(`As in Python: ${snippet}`, async t => {
    const folder = folders[index] ?? '';
    const answer = answers[index];
    writeFileSync(`${folder}/vm.json`, JSON.stringify(VM));
    const { code, out, errors } = await run(
      'render',
      'work',
      '--vm',
      `${folder}/vm.json`,
      '--templates',
      folder,
    );
    if (answer?.error === undefined) {
      t.same(errors, []);
      t.equal(out, answer?.output);
      return;
    }
    t.equal(code, 1);
    t.equal(out, '');
    t.match(errors, [`domain-xml: ${folder}/libvirt/xen.xml, line 1: ${answer.error}: `]);
    t.equal(errors.length, 1);
  });
}

t.test('An attribute that the description lacks is named together with the file', async t => {
  const folder = folderWith(t, { 'libvirt/xen.xml': '<a/>\n{{ vm.netvm.gateway }}\n' });
  writeFileSync(`${folder}/vm.json`, JSON.stringify({ ...VM, netvm: { name: 'sys-net', features: {} } }));
  const { code, errors } = await run('render', 'work', '--vm', `${folder}/vm.json`, '--templates', folder);
  t.equal(code, 1);
  t.match(errors, [
    /^domain-xml: .*\/libvirt\/xen\.xml, line 2: UndefinedError: '.*' has no attribute 'gateway' \(.*\/vm\.json has no "gateway"\) in: \{\{ vm\.netvm\.gateway \}\}$/,
  ]);
});

t.test('Whether a VM runs is asked of a description that does not say so', async t => {
  const folder = folderWith(t, { 'libvirt/xen.xml': '{{ vm.netvm.is_running() }}' });
  writeFileSync(`${folder}/vm.json`, JSON.stringify(VM));
  const { code, errors } = await run('render', 'work', '--vm', `${folder}/vm.json`, '--templates', folder);
  t.equal(code, 1);
  t.match(errors, [
    /is_running\(\) of VM sys-firewall: the description does not say whether it is "running"/,
  ]);
});
