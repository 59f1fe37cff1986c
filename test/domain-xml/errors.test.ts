import t from 'tap';
import { description, sampleFile } from './support/descriptions.ts';
import { TEMPLATES } from './support/project.ts';
import { folderWith, run } from './support/run.ts';

const VM = sampleFile('hvm_blk');

const USAGE: [string[], RegExp][] = [
  [[], /which command\? There are render, which, check, diff, dump, define, start and stop/],
  [['nope'], /^domain-xml: nope is not a command: see/],
  [['rendr', 'work'], /^domain-xml: rendr is not a command: see/],
  [['rendr', 'work', '--vm', VM], /^domain-xml: rendr is not a command: see/],
  [['render', 'work', 'other', '--vm', VM], /more than one NAME: other/],
  [['which', 'work', 'other'], /more than one NAME: other/],
  [['render'], /the VM's NAME is missing/],
  [['render', 'work', '--vm', VM, '--qubes-xml', 'a'], /--vm and --qubes-xml exclude each other/],
  [['check', 'work', '--qubesd', 'a', '--qubes-xml', 'b'], /--qubes-xml and --qubesd exclude each other/],
  [
    ['dump', 'work', '--qubes-xml', 'a', '--release', '4.0'],
    /--release "4\.0": must be one of 4\.1, 4\.2, 4\.3/,
  ],
  [
    ['diff', 'work', '--vm', VM, '--kernels', '/k'],
    /--kernels, --host-memory and --release do not go with it/,
  ],
  [['dump', 'work', '--vm', VM], /Unknown argument: vm/],
  [['dump'], /the VM's NAME is missing/],
  [['dump', 'a b'], /"a b" is not a VM's name/],
  [
    ['render', 'work', '--qubes-xml', 'a', '--host-memory', '16 GiB'],
    /--host-memory "16 GiB": must be a number of MiB/,
  ],
  [['render', 'work', '--vm'], /Not enough arguments following: vm/],
  [['render', 'work', '--vm', ''], /--vm is empty|Not enough arguments following: vm/],
  [['render', 'work', '--vm', 'a', '--vm', 'b'], /--vm is given more than once/],
  [['render', 'work', '--vm', 'a', '--nope'], /Unknown argument: nope/],
  [['render', '../x', '--vm', 'a'], /"\.\.\/x" is not a VM's name/],
  [['render', 'a/b', '--vm', 'a'], /"a\/b" is not a VM's name/],
  [['render', '.', '--vm', 'a'], /"\." is not a VM's name/],
  [['render', 'x'.repeat(64), '--vm', 'a'], /is not a VM's name/],
  [['render', 'work', '--vm', VM, '--device', 'a'], /--device goes with --part only/],
  [
    ['render', 'work', '--vm', VM, '--part', 'devices/usb.xml'],
    /--part "devices\/usb\.xml": no such part; there are devices\/block\.xml, /,
  ],
  [['render', 'work', '--vm', VM, '--part', 'devices/pci.xml'], /--part devices\/pci\.xml needs --device/],
  [
    ['render', 'work', '--vm', VM, '--part', 'devices/net.xml', '--device', 'a'],
    /--part devices\/net\.xml takes no --device/,
  ],
  [
    ['render', 'work', '--vm', '-', '--part', 'devices/pci.xml', '--device', '-'],
    /cannot both be standard input/,
  ],
  [['diff', 'work', '--vm', VM, '--against', 'a', '--connect', 'b'], /--connect is for virsh/],
  [['diff', 'work', '--vm', VM, '--color', 'pink'], /Invalid values.*color/],
  [['which'], /the VM's NAME is missing/],
];

for (const [argv, message] of USAGE) {
  t.test(`Wrong usage is one line and exit code 2: domain-xml ${argv.join(' ')}`, async t => {
    const { code, out, errors } = await run(...argv);
    t.equal(code, 2);
    t.equal(out, '');
    t.equal(errors.length, 1);
    t.match(errors[0], message);
    t.match(errors[0], /: (?:usage: domain-xml [a-z]+ NAME \[OPTION\.\.\.\]|see domain-xml --help)$/);
  });
}

t.test('--help and -h show the same', async t => {
  const help = await run('--help');
  t.match(help.out, /domain-xml COMMAND \.\.\./);
  t.same(await run('-h'), help);
  t.equal(help.code, 0);
  t.match((await run('render', '-h')).out, /domain-xml render NAME/);
});

const FAILURES: [string, Record<string, string>, RegExp][] = [
  [
    'a template with a syntax error',
    { 'libvirt/xen.xml': '<a>\n{% if %}' },
    /xen\.xml, line 2: TemplateSyntaxError: .* in: \{% if %\}$/,
  ],
  [
    'an unknown filter',
    { 'libvirt/xen.xml': '\n{{ 1 | nope }}' },
    /xen\.xml, line 2: TemplateAssertionError: No filter named 'nope'/,
  ],
  [
    'a template to extend that is missing',
    { 'libvirt/xen.xml': "{% extends 'libvirt/base.xml' %}" },
    /line 1: TemplateNotFound: libvirt\/base\.xml/,
  ],
  [
    'an include that leads out of the folders',
    { 'libvirt/xen.xml': "{% include '../../../../etc/passwd' %}" },
    /TemplateNotFound: \.\.\/\.\.\/\.\.\/\.\.\/etc\/passwd/,
  ],
  [
    'an error in an included template',
    { 'libvirt/xen.xml': "{% include 'a.xml' %}", 'a.xml': '\n\n{{ vm.nope }}' },
    /a\.xml, line 3: UndefinedError: /,
  ],
  [
    'a loop without end',
    { 'libvirt/xen.xml': '{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}' },
    /TimeoutError: rendering took longer than 10000 ms/,
  ],
  [
    'a recursion without end',
    { 'libvirt/xen.xml': "{% include 'libvirt/xen.xml' %}" },
    /(RecursionError|TimeoutError)/,
  ],
  [
    "the way to JavaScript's constructors",
    { 'libvirt/xen.xml': "{{ vm.constructor.constructor('return process')() }}" },
    /UndefinedError: .*has no attribute 'constructor'/,
  ],
  ['no template', {}, /VM work has no template: there is none of /],
];

for (const [title, files, message] of FAILURES) {
  t.test(`One line and exit code 1: ${title}`, async t => {
    const folder = folderWith(t, { ...files, empty: '' });
    const { code, out, errors } = await run('render', 'work', '--vm', VM, '--templates', folder);
    t.equal(code, 1);
    t.equal(out, '');
    t.equal(errors.length, 1);
    t.match(errors[0], message);
    t.notMatch(errors[0], /\n|undefined\b(?! )|\bat .*:\d+:\d+/);
  });
}

t.test('A folder of templates that does not exist is refused', async t => {
  const folder = folderWith(t, {});
  const { code, errors } = await run('render', 'work', '--vm', VM, '--templates', `${folder}/no`);
  t.equal(code, 1);
  t.same(errors, [
    `domain-xml: ${folder}/no: cannot be used as a folder of templates: no such file or folder`,
  ]);
});

t.test(
  "Another VM's description is rendered with the templates of the one that was named, and a warning",
  async t => {
    const folder = folderWith(t, { 'libvirt/xen/by-name/other.xml': 'other: {{ vm.name }}' });
    const options = ['--vm', VM, '--templates', folder, '--templates', TEMPLATES];
    const warning = `domain-xml: warning: ${VM} describes VM work: it is rendered with the templates of other`;
    t.same(await run('render', 'other', ...options), { code: 0, out: 'other: work', errors: [warning] });
    const domain = ['other', '--vm', VM, '--templates', TEMPLATES];
    t.same((await run('check', ...domain)).errors, [warning]);
    const xml = folderWith(t, { 'old.xml': (await run('render', ...domain)).out });
    t.same((await run('diff', ...domain, '--against', `${xml}/old.xml`)).errors, [warning]);
  },
);

t.test('An unknown virtualization mode is the bug that the template says it is', async t => {
  const vm = description('pv', { virt_mode: "xen'" });
  const folder = folderWith(t, { 'vm.json': JSON.stringify(vm) });
  const { code, errors } = await run('render', 'work', '--vm', `${folder}/vm.json`, '--templates', TEMPLATES);
  t.equal(code, 1);
  t.match(errors, [/libvirt\/xen\.xml, line \d+: AssertionError: Bad virt mode "xen'"/]);
});

t.test('More disks than there are letters is an error, not a domain with disks missing', async t => {
  const volume = { name: 'x', path: '/dev/x', rw: true, domain: null, devtype: 'disk', script: null };
  const vm = description('pv', { block_devices: Array.from({ length: 22 }, () => volume) });
  const folder = folderWith(t, { 'vm.json': JSON.stringify(vm) });
  const { code, errors } = await run('render', 'work', '--vm', `${folder}/vm.json`, '--templates', TEMPLATES);
  t.equal(code, 1);
  t.match(errors, [/VM work has more volumes than target letters \(xvde to xvdy\)/]);
});
