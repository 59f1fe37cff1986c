import t from 'tap';
import { attachmentKey } from '../../src/libvirt/attachments.ts';
import { linkPath } from '../../src/libvirt/domain-links.ts';
import { readMetadata } from '../../src/libvirt/metadata.ts';

const UUID = '0035dc7a-843c-4ff1-9e2b-86a30f2fa51b';
const NAMESPACE = 'urn:block-snapshot:devices:1';
const STACK = '/t/root.img:/t/root-cow.img:/v/cow.img';

function disk(target: string, inside = ''): string {
  return `<disk type='block' device='disk'><source dev='/run/block-snapshot/vm/${target}' index='1'/><target dev='${target}' bus='xen'/>${inside}</disk>`;
}

function domain(metadata: string, disks = disk('xvda') + disk('xvdb', '<readonly/>')): string {
  return `<domain type='xen' id='3'>\n  <name>vm</name>\n  <uuid>${UUID}</uuid>\n  <metadata>${metadata}</metadata>\n  <devices>${disks}</devices>\n</domain>\n`;
}

const list = (devices: string) => `<devices xmlns="${NAMESPACE}">${devices}</devices>`;
const device = (target: string, type = 'snapshot', images = STACK) =>
  `<device target="${target}" type="${type}" images="${images}"/>`;

t.test('The devices that a domain asks for are read, each with its disk', async t => {
  const { uuid, devices } = readMetadata(
    domain(list(device('xvda') + device('xvdb', 'origin', '/t/root.img:/t/root-cow.img'))),
  );
  t.equal(uuid, UUID);
  t.match(devices, [
    {
      target: 'xvda',
      images: STACK,
      source: '/run/block-snapshot/vm/xvda',
      access: 'write',
      request: { type: 'snapshot', base: { path: '/t/root.img' }, cows: [{}, { path: '/v/cow.img' }] },
    },
    { target: 'xvdb', source: '/run/block-snapshot/vm/xvdb', access: 'read', request: { type: 'origin' } },
  ]);
  const shared = readMetadata(domain(list(device('xvda')), disk('xvda', '<shareable/>'))).devices;
  t.equal(shared[0]?.access, 'share');
});

t.test(
  'The namespace counts, not the prefix, and what others keep in the metadata is left alone',
  async t => {
    const others = `<app:x xmlns:app="http://example.com/app"><devices><device target="xvda"/></devices></app:x>`;
    const ours = `<b:devices xmlns:b="${NAMESPACE}"><!-- a note --><b:device target="xvda" type="snapshot" images="${STACK}"/></b:devices>`;
    t.equal(readMetadata(domain(others + ours)).devices.length, 1);
    t.same(readMetadata(domain(others)).devices, []);
    t.same(
      readMetadata(domain(`<x xmlns="urn:other">${NAMESPACE}</x>`)).devices,
      [],
      'a text is no metadata',
    );
    t.same(readMetadata(domain('', `<x xmlns:y="${NAMESPACE}"/>`)).devices, [], 'nor is anything elsewhere');
    const elsewhere = domain('').replace('<devices>', `${list(device('xvda'))}<devices>`);
    t.same(readMetadata(elsewhere).devices, [], 'nor our own element outside the metadata');
  },
);

t.test('Characters with a meaning in XML come through in a path', async t => {
  const [found] = readMetadata(
    domain(list(device('xvda', 'snapshot', '/a &amp; &lt;b&gt;&#x20;é:/c'))),
  ).devices;
  t.match(found?.request, { base: { path: '/a & <b> é' }, cows: [{ path: '/c' }] });
});

for (const [title, xml, reason] of [
  [
    'two devices for one target',
    domain(list(device('xvda') + device('xvda'))),
    /two devices for the target xvda/,
  ],
  [
    'a device without a target',
    domain(list('<device type="snapshot" images="/a:/b"/>')),
    /a device without target=/,
  ],
  [
    'a device without a type',
    domain(list('<device target="xvda" images="/a:/b"/>')),
    /disk xvda: .* without type=/,
  ],
  [
    'a device without images',
    domain(list('<device target="xvda" type="origin"/>')),
    /disk xvda: .* without images=/,
  ],
  [
    'an attribute that there is not',
    domain(list('<device target="xvda" tpye="x"/>')),
    /has tpye=: there are/,
  ],
  [
    'an attribute of another namespace',
    domain(list(`<device xmlns:a="urn:a" a:target="xvda" target="xvda" type="snapshot" images="${STACK}"/>`)),
    /has a:target=/,
  ],
  ['a type that there is not', domain(list(device('xvda', 'clone'))), /disk xvda: its type clone is neither/],
  ['images without a cow', domain(list(device('xvda', 'snapshot', '/a'))), /disk xvda: \/a names no cow/],
  [
    'a relative image',
    domain(list(device('xvda', 'snapshot', 'a:/b'))),
    /disk xvda: base a is a relative path/,
  ],
  [
    'an image with a newline',
    domain(list(device('xvda', 'snapshot', '/a&#10;b:/c'))),
    /has a newline in its path/,
  ],
  ['an origin with two cows', domain(list(device('xvda', 'origin'))), /has 2 cows: an origin takes one/],
  ['a target without a disk', domain(list(device('xvdz'))), /disk xvdz: .* no disk of that target/],
  ['a target that is a path', domain(list(device('../xvda'))), /target \.\.\/xvda in the metadata is none/],
  ['a target that is a number', domain(list(device('51712'))), /target 51712 in the metadata is none/],
  ['an empty target', domain(list(device(''))), /without target=/],
  [
    'an element in a device',
    domain(list(`<device target="xvda" type="snapshot" images="${STACK}"><x/></device>`)),
    /has elements in it/,
  ],
  ['an element beside the devices', domain(list('<disk/>')), /has <disk> in it: it takes <device> alone/],
  ['a device of no namespace', domain(list('<device xmlns="" target="xvda"/>')), /takes <device> alone/],
  ['two lists', domain(list(device('xvda')) + list(device('xvdb'))), /more than one <devices>/],
  ['a list of another name', domain(`<disks xmlns="${NAMESPACE}"/>`), /<disks> where <devices> should be/],
  [
    'metadata of a later version',
    domain(list('').replace('devices:1', 'devices:2')),
    /is of urn:block-snapshot:devices:2, and this program knows urn:block-snapshot:devices:1/,
  ],
  ['a DOCTYPE', `<!DOCTYPE domain [<!ENTITY x "y">]>${domain(list(device('xvda')))}`, /has a DOCTYPE/],
  ['an entity', domain(list(device('&x;'))), /is not well-formed XML/],
  [
    'entities in entities',
    `<!DOCTYPE d [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>${domain(list(device('&b;')))}`,
    /DOCTYPE|not well-formed/,
  ],
  [
    'an entity that is a file',
    `<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]>${domain(list(device('&f;')))}`,
    /DOCTYPE|not well-formed/,
  ],
  ['XML that ends in the middle', domain(list(device('xvda'))).slice(0, -12), /is not well-formed XML/],
  ['an element without its end', '<domain><metadata></domain>', /is not well-formed XML/],
  ['something else than a domain', `<network xmlns:x="${NAMESPACE}"/>`, /is not the XML of a domain/],
  ['nothing', '', /is not well-formed XML/],
  ['zero bytes', '\0\0\0', /is not well-formed XML/],
  ['a domain without a uuid', domain(list(device('xvda'))).replace(UUID, ''), /uuid .* is none/],
  [
    'a uuid that is a path',
    domain(list(device('xvda'))).replace(UUID, '../../x'),
    /uuid \.\.\/\.\.\/x is none/,
  ],
] as const) {
  t.test(`Metadata with ${title} is refused in one line`, async t => {
    try {
      const { devices } = readMetadata(xml);
      t.fail(`it is taken: ${JSON.stringify(devices)}`);
    } catch (error) {
      const message = error instanceof Error ? error.message : '';
      t.match(message, reason);
      t.equal((error as Error).name, 'Refusal');
      t.notMatch(message, /\n|undefined/);
    }
  });
}

t.test('A domain with thousands of elements, and one that is deep, are read like any other', async t => {
  const many = domain(`${list(device('xvda'))}<x xmlns="urn:x">${'<y z="1"/>'.repeat(20_000)}</x>`);
  t.equal(readMetadata(many).devices.length, 1);
  const deep = domain(
    `${list(device('xvda'))}<x xmlns="urn:x">${'<y>'.repeat(5000)}${'</y>'.repeat(5000)}</x>`,
  );
  t.equal(readMetadata(deep).devices.length, 1);
});

t.test('The link of a disk is below a folder of the name of its domain', async t => {
  t.equal(linkPath('work', 'xvda'), '/run/block-snapshot/work/xvda');
  t.equal(linkPath('Work_2.x-y', 'vda'), '/run/block-snapshot/Work_2.x-y/vda');
});

t.test('No name of a domain leads out of that folder, or to a lock', async t => {
  for (const [name, folder] of [
    ['..', '%2E.'],
    ['.', '%2E'],
    ['.hidden', '%2Ehidden'],
    ['a/b', 'a%2Fb'],
    ['../../etc', '%2E.%2F..%2Fetc'],
    ['/etc', '%2Fetc'],
    ['fd01:1311.lock', 'fd01%3A1311.lock'],
    ['two words', 'two%20words'],
    ['50%', '50%25'],
    ['%2F', '%252F'],
    ['tab\tline\n', 'tab%09line%0A'],
    ['\u202e\u0007', '%E2%80%AE%07'],
    ['Grüße', 'Gr%C3%BC%C3%9Fe'],
    ['--help', '--help'],
  ] as const) {
    t.equal(linkPath(name, 'vda'), `/run/block-snapshot/${folder}/vda`);
    t.equal(decodeURIComponent(folder), name, 'no two names have the same folder');
  }
  t.throws(() => linkPath('', 'vda'), /is empty: rename it/);
  t.throws(() => linkPath('x'.repeat(256), 'vda'), /is too long for a folder/);
  t.throws(() => linkPath('\n'.repeat(86), 'vda'), /is too long for a folder/);
  t.equal(linkPath('x'.repeat(255), 'vda').length, '/run/block-snapshot//vda'.length + 255);
});

t.test("What the records of libvirt's disks are called is never taken for one of Xen's", async t => {
  for (const target of ['xvda', 'sda1', 'vd2']) {
    const key = attachmentKey('libxl', UUID, target);
    t.equal(key, `libvirt-libxl-${UUID}-${target}`);
    t.notMatch(key, /-\d+-\d+$/, 'sweep.ts takes that for the number of a domain and of a disk');
  }
});
