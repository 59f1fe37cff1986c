import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { lvmVolumes, type ModelVm, modelWith } from './support/qubes-model.ts';
import { qubesXmlText } from './support/qubes-xml-text.ts';
import { folderWith, run } from './support/run.ts';

const folder = folderWith(t, {});
const file = join(folder, 'qubes.xml');

const VMS: ModelVm[] = [
  { name: 'temp', klass: 'TemplateVM', qid: 1 },
  { name: 'net', klass: 'AppVM', qid: 12, stored: { template: 'temp', provides_network: 'True', netvm: '' } },
  {
    name: 'work',
    klass: 'AppVM',
    qid: 7,
    stored: { template: 'temp', netvm: 'net' },
    features: { timezone: '60' },
    block: [{ backend: 'net', port: 'sda' }],
    volumes: lvmVolumes('work', 'temp'),
  },
];
const GOOD = qubesXmlText(modelWith(VMS, { globals: { default_kernel: '' } }));

async function dump(text: string | Buffer, name = 'work') {
  writeFileSync(file, text);
  const { code, out, errors } = await run('dump', name, '--qubes-xml', file);
  return { code, out, errors: errors.map(line => line.replaceAll(file, 'FILE')) };
}

/** The text with one thing in it changed; fails where that thing is not there. */
function changed(from: string, to: string, text = GOOD): string {
  if (!text.includes(from)) throw new Error(`there is no ${from} in the sample`);
  return text.replace(from, () => to);
}

/** Likewise inside the element of work. */
function inWork(from: string, to: string): string {
  const start = GOOD.indexOf('<domain id="domain-7"');
  return GOOD.slice(0, start) + changed(from, to, GOOD.slice(start));
}

const expected = (await dump(GOOD)).out;

t.test('The sample is good', async t => {
  t.match(JSON.parse(expected), { name: 'work', netvm: { name: 'net' }, template: { name: 'temp' } });
});

const ALIKE: [string, string][] = [
  [
    'comments, a CDATA section and a processing instruction',
    changed('>60<', '><!-- a --><![CDATA[60]]><?b c?><', GOOD),
  ],
  ['a comment between two VMs', changed('</domain>', '</domain><!-- <domain> -->')],
  ['character references', inWork('>work<', '>&#119;o&#x72;k<').replace('>60<', '>&#54;0<')],
  ['single quotes', GOOD.replaceAll('"', "'")],
  ['blanks in its tags', GOOD.replaceAll('"/>', '"  />').replaceAll('</property>', '</property\n>')],
  ['all in one line', GOOD.replaceAll(/\n */g, '')],
  ['Windows line ends', GOOD.replaceAll('\n', '\r\n')],
  ['a byte order mark', `\uFEFF${GOOD}`],
  [
    'elements that nobody knows',
    changed('<tags>', '<new a="b"><property name="memory">1</property></new><tags>'),
  ],
  [
    'another VM that is broken',
    changed('<domains>', '<domains><domain id="x" class="AppVM"><properties/></domain>'),
  ],
];

for (const [title, text] of ALIKE) {
  t.test(`A file with ${title} says the same`, async t => {
    const { code, out, errors } = await dump(text);
    t.same([code, errors], [0, []]);
    t.equal(out, expected);
  });
}

const BROKEN: [string, string | Buffer, RegExp][] = [
  ['that is empty', '', /^domain-xml: FILE: is empty$/],
  ['that is no XML', 'qubes', /^domain-xml: FILE, line 1: is not well-formed XML: /],
  [
    'that is not UTF-8',
    Buffer.concat([Buffer.from(GOOD), Buffer.from([0xff])]),
    /^domain-xml: FILE: is not UTF-8$/,
  ],
  [
    'that is another document',
    '<domains/>',
    /^domain-xml: FILE: is no qubes\.xml: its element is <domains>$/,
  ],
  ['without VMs', '<qubes/>', /^domain-xml: FILE: has 0 elements <domains>, not one$/],
  [
    'with two lists of VMs',
    changed('</domains>', '</domains><domains></domains>'),
    /has 2 elements <domains>, not one$/,
  ],
  [
    'that was cut off',
    GOOD.slice(0, GOOD.length / 2),
    /^domain-xml: FILE, line \d+: is not well-formed XML: /,
  ],
  [
    'that was cut off behind its VMs',
    changed('</qubes>', ''),
    /^domain-xml: FILE, line \d+: is not well-formed XML: unclosed tag: qubes$/,
  ],
  [
    'with a document type',
    changed('<qubes', '<!DOCTYPE qubes [<!ENTITY a "b">]>\n<qubes'),
    /^domain-xml: FILE, line \d+: has a document type, which a qubes\.xml does not/,
  ],
  [
    'with a document type that names a file',
    changed('<qubes', '<!DOCTYPE qubes SYSTEM "/etc/passwd"><qubes'),
    /has a document type/,
  ],
  [
    'with an unknown entity',
    inWork('>60<', '>&xxe;<'),
    /^domain-xml: FILE, line \d+: is not well-formed XML: undefined entity\.$/,
  ],
  [
    'with a VM that is not well-formed',
    inWork('<tags>', '<tags a=b>'),
    /FILE, line \d+: is not well-formed XML: unquoted attribute value/,
  ],
  ['with a VM that does not end', changed('</domain>', ''), /FILE/],
  [
    'with text between its VMs',
    changed('</domain>', '</domain>x</domains>'),
    /^domain-xml: FILE, line \d+: is not well-formed XML: /,
  ],
  [
    'nested too deep',
    inWork('<tags>', `${'<a>'.repeat(40)}${'</a>'.repeat(40)}<tags>`),
    /FILE, line \d+: is nested too deep$/,
  ],
  [
    'with a VM of that name twice',
    changed(
      '</domains>',
      '<domain id="a" class="AppVM"><properties><property name="name">work</property></properties></domain></domains>',
    ),
    /FILE: has 2 VMs with the name work$/,
  ],
  [
    'with an id twice that is referred to',
    changed('id="domain-0"', 'id="domain-12"'),
    /FILE: has 2 VMs with the id domain-12$/,
  ],
  ['without the VM', changed('>work<', '>other<'), /^domain-xml: FILE: has no VM work$/],
  ['without dom0', changed('class="AdminVM"', 'class="AppVM"'), /^domain-xml: FILE: has no VM dom0$/],
];

for (const [title, text, message] of BROKEN) {
  t.test(`A file ${title} is refused by name`, async t => {
    const { code, out, errors } = await dump(text);
    t.equal(code, 1);
    t.equal(out, '');
    t.equal(errors.length, 1);
    t.match(errors[0], message);
  });
}

t.test('The line of an error is the line in the file, in a VM and behind all of them', async t => {
  const lineOf = (text: string, what: string) => text.slice(0, text.indexOf(what)).split('\n').length;
  const inside = inWork('<tag', '<tag&');
  t.match((await dump(inside)).errors[0], `FILE, line ${lineOf(inside, '<tag&')}: `);
  const behind = changed('</qubes>', '\n<x a=b/></qubes>');
  t.match((await dump(behind)).errors[0], `FILE, line ${lineOf(behind, '<x a=b')}: `);
  const before = changed('<labels>', '<labels a=b>');
  t.match((await dump(before)).errors[0], `FILE, line ${lineOf(before, '<labels a=b')}: `);
});

const property = (name: string, value: string) => `<property name="${name}">${value}</property>`;
const uuid = property('uuid', '7db78950-c467-4863-94d1-000000000007');

const WRONG: [string, string, RegExp][] = [
  ['without a uuid', inWork(uuid, ''), /FILE, VM work: property uuid is missing$/],
  ['without a qid', inWork(property('qid', '7'), ''), /FILE, VM work: property qid is missing$/],
  ['with a property twice', inWork(uuid, uuid + uuid), /FILE, VM work: property uuid is there twice$/],
  [
    'with a property without a name',
    inWork(uuid, '<property>a</property>'),
    /FILE, VM work: has a <property> without a name$/,
  ],
  ['with a uuid that is none', inWork(uuid, property('uuid', 'x')), /FILE, VM work: uuid: must be a UUID/],
  [
    'with memory that is no number',
    inWork(uuid, uuid + property('memory', '400 MB')),
    /VM work: property memory must be a whole number, is "400 MB"$/,
  ],
  [
    'with no memory',
    inWork(uuid, uuid + property('memory', '0')),
    /FILE, VM work: memory: must be a whole number, 1 or more/,
  ],
  [
    'with a flag that is none',
    inWork(uuid, uuid + property('debug', 'maybe')),
    /VM work: property debug must be True or False, is "maybe"$/,
  ],
  [
    'with a text that is a reference',
    inWork(property('qid', '7'), '<property name="qid" ref="domain-1"/>'),
    /property qid must be text, refers to "domain-1"$/,
  ],
  [
    'with an unknown template',
    inWork('name="template" ref="domain-1"', 'name="template" ref="domain-99"'),
    /FILE, VM work: property template refers to "domain-99", and there is no such VM in the file$/,
  ],
  [
    'with an unknown netvm',
    inWork('<property name="netvm" ref="domain-12"/>', property('netvm', 'nope')),
    /FILE, VM work: property netvm refers to "nope", and there is no such VM in the file$/,
  ],
  [
    'with an unknown label',
    inWork('ref="label-1"', 'ref="label-9"'),
    /FILE, VM work: property label refers to "label-9", and there is no such label in the file$/,
  ],
  [
    'with a feature twice',
    inWork('<feature name="timezone">60</feature>', '<feature name="a"/>'.repeat(2)),
    /FILE, VM work: feature a is there twice$/,
  ],
  [
    'with a device of an unknown VM',
    inWork('backend-domain="net"', 'backend-domain="nope"'),
    /FILE, VM work, block device nope\+sda: there is no VM "nope" in the file$/,
  ],
  [
    'with a device without an id',
    inWork(' id="sda"', ''),
    /FILE, VM work: has a <device> of class block without backend-domain and id$/,
  ],
  [
    'with a volume of an unknown pool',
    inWork('pool="vm-pool"', 'pool="nope"'),
    /FILE, VM work, volume root: is in pool "nope", and there is no such pool in the file$/,
  ],
  ['with a volume without a pool', inWork(' pool="vm-pool"', ''), /FILE, VM work, volume root: has no pool$/],
  [
    'with a volume of a driver that only qubesd knows',
    changed('driver="lvm_thin"', 'driver="zfs"'),
    /FILE, VM work, volume root: pool vm-pool is of driver "zfs", and only qubesd knows the paths of that/,
  ],
  [
    'with a volume that leads elsewhere',
    inWork('vid="qubes_dom0/vm-work-root"', 'vid="../../etc/shadow"'),
    /volume root: vid must be a volume's name, is "\.\.\/\.\.\/etc\/shadow"$/,
  ],
  [
    'with a volume that is a snapshot of nothing',
    inWork(' source="qubes_dom0/vm-temp-root"', ''),
    /volume root: source must be a volume's name, is ""$/,
  ],
  [
    'with a volume twice',
    inWork('name="private"', 'name="root"'),
    /FILE, VM work: volume root is there twice$/,
  ],
  [
    'with a name that is none',
    inWork('>work<', '>../work<').replace('ref="domain-12"/>', 'ref="domain-7"/>'),
    /FILE: has no VM work$/,
  ],
];

for (const [title, text, message] of WRONG) {
  t.test(`A VM ${title} is refused with the file, the VM and what is wrong`, async t => {
    const { code, errors } = await dump(text);
    t.equal(code, 1);
    t.equal(errors.length, 1);
    t.match(errors[0], message);
  });
}

t.test('Properties of Qubes as a whole that are missing or lead nowhere are named', async t => {
  const kernel = property('default_kernel', '');
  t.same((await dump(changed(kernel, ''))).errors, [
    'domain-xml: FILE: property default_kernel is missing: VM temp has no kernel of its own',
  ]);
  const netvm = kernel + property('default_guivm', 'nope');
  t.same((await dump(changed(kernel, netvm))).errors, [
    'domain-xml: FILE: property default_guivm refers to "nope", and there is no such VM in the file',
  ]);
});

t.test('Templates and net qubes that lead in a circle are named, not followed for ever', async t => {
  const net = changed('name="netvm"></property>', 'name="netvm">work</property>');
  t.same((await dump(net)).errors, ['domain-xml: FILE: the net qubes lead in a circle: work -> net -> work']);
  const template = inWork('name="template" ref="domain-1"', 'name="template" ref="domain-12"').replace(
    'name="template" ref="domain-1"',
    'name="template" ref="domain-7"',
  );
  t.same((await dump(template)).errors, [
    'domain-xml: FILE: the templates lead in a circle: work -> net -> work',
  ]);
});

t.test('What is no file of a sensible size is refused, and nothing waits for it', async t => {
  const place = folderWith(t, {});
  const at = async (name: string) => (await run('dump', 'work', '--qubes-xml', join(place, name))).errors;
  t.same(await at('none.xml'), [`domain-xml: ${place}/none.xml: cannot be read: no such file or folder`]);
  mkdirSync(join(place, 'folder'));
  t.same(await at('folder'), [`domain-xml: ${place}/folder: is not a regular file`]);
  execFileSync('mkfifo', [join(place, 'pipe')]);
  t.same(await at('pipe'), [`domain-xml: ${place}/pipe: is not a regular file`]);
  writeFileSync(join(place, 'large'), '');
  truncateSync(join(place, 'large'), 33 * 1024 * 1024);
  t.same(await at('large'), [
    `domain-xml: ${place}/large: is 34603008 bytes long; a qubes.xml has at most 33554432`,
  ]);
});

t.test("A kernel's options that are no text file are refused by name", async t => {
  const kernels = folderWith(t, { 'k/vmlinuz': '', 'k/default-kernelopts-nopci.txt': '\xff' });
  writeFileSync(file, changed(property('default_kernel', ''), property('default_kernel', 'k')));
  const options = join(kernels, 'k/default-kernelopts-nopci.txt');
  const errors = async () => (await run('dump', 'work', '--qubes-xml', file, '--kernels', kernels)).errors;
  writeFileSync(options, Buffer.from([0xff]));
  t.same(await errors(), [`domain-xml: ${options}: is not UTF-8`]);
  truncateSync(options, 70_000);
  t.same(await errors(), [`domain-xml: ${options}: is 70000 bytes long; kernel options have at most 65536`]);
});
