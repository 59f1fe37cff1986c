import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { changed, dump, file, GOOD, inWork, property } from './support/qubes-xml-sample.ts';
import { folderWith, run } from './support/run.ts';

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
  [
    'a comment that looks like the end of its VM and the start of another',
    inWork('<tags>', '<!-- </domain><domain > --><tags>'),
  ],
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

t.test('A file without dom0 is that of a host whose dom0 has nothing of its own', async t => {
  const adminVm = GOOD.slice(GOOD.indexOf('<domain id="domain-0"'), GOOD.indexOf('<domain id="domain-1"'));
  t.match(adminVm, 'class="AdminVM"');
  const { code, out, errors } = await dump(changed(adminVm, ''));
  t.same([code, errors], [0, []]);
  t.equal(out, expected);
});

t.test('What is no VM of this host is refused, with what it is', async t => {
  t.same((await dump(GOOD, 'dom0')).errors, [
    'domain-xml: dom0 is what the VMs run on: it has no domain XML',
  ]);
  const remote =
    '<domain id="domain-40" class="RemoteVM"><properties><property name="name">far</property></properties></domain></domains>';
  t.same((await dump(changed('</domains>', remote), 'far')).errors, [
    'domain-xml: far is a RemoteVM, which runs on another machine: it has no domain XML here',
  ]);
});

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
    `domain-xml: ${place}/large: is too long: a qubes.xml has at most 33554432 bytes`,
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
  t.same(await errors(), [`domain-xml: ${options}: is too long: kernel options have at most 65536 bytes`]);
});
