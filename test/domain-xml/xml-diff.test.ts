import t from 'tap';
import { type DiffLine, diffXml } from '../../src/domain-xml/xml/diff.ts';
import { diffText } from '../../src/domain-xml/xml/diff-text.ts';
import { parseXml } from '../../src/domain-xml/xml/parse.ts';

function diff(before: string, after: string): string[] {
  const signs = { removed: '-', added: '+', context: ' ' };
  const lines: DiffLine[] = diffXml(parseXml(before, 'before'), parseXml(after, 'after'));
  return lines.map(({ kind, text }) => signs[kind] + text);
}

t.test('Attribute order, white space, quotes, comments and entities are no difference', async t => {
  t.same(
    diff(
      `<?xml version="1.0"?>\n<domain type='xen' id="1"><!-- c --><name>a&#38;b</name><pae></pae></domain>`,
      `<domain id='1'\n  type="xen">\n  <name>\n a&amp;b </name>\n  <pae/>\n</domain>\n`,
    ),
    [],
  );
});

t.test('Memory in other units is no difference, another amount is', async t => {
  t.same(diff('<d><memory>4096000</memory></d>', '<d><memory unit="MiB">4000</memory></d>'), []);
  t.same(diff('<d><memory unit="KiB">1</memory></d>', '<d><memory unit="bytes">1000</memory></d>'), []);
  t.same(diff('<d><memory unit="GB">1</memory></d>', '<d><memory unit="GiB">1</memory></d>'), [
    ' <d>',
    '-  <memory unit="KiB">976563</memory>',
    '+  <memory unit="KiB">1048576</memory>',
  ]);
});

t.test('Sisters are compared by what identifies them, not by their place', async t => {
  const disk = (dev: string, source: string) =>
    `<disk type="block"><source dev="${source}"/><target dev="${dev}"/></disk>`;
  const before = `<d><devices>${disk('xvda', '/a')}${disk('xvdb', '/b')}</devices></d>`;
  t.same(diff(before, `<d><devices>${disk('xvdb', '/b')}${disk('xvda', '/a')}</devices></d>`), []);
  t.same(diff(before, `<d><devices>${disk('xvdb', '/c')}${disk('xvda', '/a')}</devices></d>`), [
    ' <d>',
    '   <devices>',
    '     <disk type="block">',
    '       <target dev="xvdb"/>',
    '-      <source dev="/b"/>',
    '+      <source dev="/c"/>',
  ]);
  t.same(diff(before, `<d><devices>${disk('xvda', '/a')}${disk('xvdc', '/b')}</devices></d>`), [
    ' <d>',
    '   <devices>',
    '-    <disk type="block">',
    '-      <source dev="/b"/>',
    '-      <target dev="xvdb"/>',
    '-    </disk>',
    '+    <disk type="block">',
    '+      <source dev="/b"/>',
    '+      <target dev="xvdc"/>',
    '+    </disk>',
  ]);
});

t.test('The order in which a machine boots is a difference', async t => {
  t.same(
    diff('<os><boot dev="cdrom"/><boot dev="hd"/></os>', '<os><boot dev="hd"/><boot dev="cdrom"/></os>'),
    [
      ' <os>',
      '-  <boot dev="cdrom"/>',
      '+  <boot dev="hd"/>',
      '-  <boot dev="hd"/>',
      '+  <boot dev="cdrom"/>',
    ],
  );
});

t.test('A PCI device is the same one however its address is written', async t => {
  const device = (slot: string, managed: string) =>
    `<d><hostdev type="pci" managed="${managed}"><source><address domain="0" bus="0x00" slot="${slot}" function="0x0"/></source></hostdev></d>`;
  t.same(diff(device('0x10', 'yes'), device('0x10', 'no')), [
    ' <d>',
    '-  <hostdev managed="yes" type="pci">',
    '+  <hostdev managed="no" type="pci">',
    '     <source>',
    '       <address bus="0x00" domain="0" function="0x0" slot="0x10"/>',
    '     </source>',
  ]);
  t.equal(
    diff(device('0x10', 'yes'), device('0x11', 'yes')).filter(line => line.includes('hostdev')).length,
    4,
  );
});

t.test('An attribute, a text, an element more or less: each shows with the way to it', async t => {
  t.same(diff('<d><a x="1"><b/></a></d>', '<d><a x="2"><b/></a></d>'), [
    ' <d>',
    '-  <a x="1">',
    '+  <a x="2">',
  ]);
  t.same(diff('<d><n>a</n></d>', '<d><n>b</n></d>'), [' <d>', '-  <n>a</n>', '+  <n>b</n>']);
  t.same(diff('<d/>', '<d><n>b</n></d>'), [' <d>', '+  <n>b</n>']);
  t.same(diff('<d><n/><n/></d>', '<d><n/></d>'), [' <d>', '-  <n/>']);
});

t.test('What the XML holds cannot reach the terminal as control characters', async t => {
  t.same(diff('<d/>', '<d a="&#9;"><n>&#x85;</n></d>'), ['-<d>', '+<d a="&#9;">', '+  <n>&#133;</n>']);
});

t.test('Colours are there when they are asked for, and a header always', async t => {
  const lines: DiffLine[] = [
    { kind: 'context', text: '<d>' },
    { kind: 'removed', text: '<a/>' },
    { kind: 'added', text: '<b/>' },
  ];
  const request = { lines, before: 'old', after: 'new' };
  t.equal(diffText({ ...request, colour: false }), '--- old\n+++ new\n  <d>\n- <a/>\n+ <b/>\n');
  t.match(diffText({ ...request, colour: true }), '\u001b[31m- <a/>\u001b[0m\n\u001b[32m+ <b/>\u001b[0m\n');
  t.equal(diffText({ ...request, lines: [], colour: true }), '');
});

t.test('What is no XML is an error with the line', async t => {
  t.throws(() => parseXml('<a>\n<b></a>', 'FILE'), { message: /^FILE, line 2: is not well-formed XML: / });
  t.throws(() => parseXml('', 'FILE'), { message: /^FILE.*: is not well-formed XML: missing root element/ });
  t.throws(() => parseXml('<a b=1/>', 'FILE'), { message: /is not well-formed XML/ });
});
