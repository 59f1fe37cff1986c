import { writeFileSync } from 'node:fs';
import t from 'tap';
import { LIBVIRT_SCHEMA } from '../../src/domain-xml/schema/grammar.ts';
import { validateAgainst } from '../../src/domain-xml/schema/validate.ts';
import { SAMPLES, sampleFile } from './support/descriptions.ts';
import { TEMPLATES } from './support/project.ts';
import { renderWithPython } from './support/python.ts';
import { folderWith, run } from './support/run.ts';
import { VARIANTS } from './support/variants.ts';

const VM = sampleFile('hvm_net');

for (const sample of SAMPLES) {
  t.test(`libvirt's schema takes the default domain XML of the sample ${sample}`, async t => {
    const { code, out, errors } = await run(
      'check',
      'work',
      '--vm',
      sampleFile(sample),
      '--templates',
      TEMPLATES,
    );
    t.same(errors, []);
    t.equal(code, 0);
    t.equal(out, `work: valid (${TEMPLATES}/libvirt/xen.xml)\n`);
  });
}

t.test("libvirt's schema takes the default domain XML of every variant", async t => {
  const answers = renderWithPython(
    VARIANTS.map(({ vm }) => ({ templates: [TEMPLATES], names: ['libvirt/xen.xml'], vm })),
  );
  const verdicts = await validateAgainst(LIBVIRT_SCHEMA)(answers.map(({ output }) => output ?? ''));
  t.equal(verdicts.length, VARIANTS.length);
  t.same(
    VARIANTS.filter((_, index) => verdicts[index] !== true).map(({ title }) => title),
    [],
  );
});

/** A user template that fills one block of the default one anew; the block begins on line 2. */
function block(name: string, ...lines: string[]): Record<string, string> {
  const text = [`{% extends 'libvirt/xen.xml' %}{% block ${name} %}`, ...lines, '{% endblock %}', ''];
  return { 'libvirt/xen-user.xml': text.join('\n') };
}

const USER = 'libvirt/xen-user.xml';

const REFUSED: [string, Record<string, string>, (folder: string) => string[]][] = [
  [
    'an attribute with a value that it cannot have',
    block('clock', '<clock offset="utc"/>', '', '<clock', '  offset="never"/>'),
    folder => [`${folder}/${USER}, line 4: <clock> may not have offset="never"`],
  ],
  [
    'an element that does not belong there',
    block(
      'devices',
      '{{ super() }}',
      '<disk type="block" device="disk">',
      '<source dev="/x"/>',
      '<target dev="xvdz"/>',
      '<nonsense/>',
      '</disk>',
    ),
    folder => [`${folder}/${USER}, line 6: <nonsense/> is not allowed in <disk>`],
  ],
  [
    'an attribute that does not belong there',
    block('on', '<on_poweroff>destroy</on_poweroff>', '<on_crash x="1">destroy</on_crash>'),
    folder => [`${folder}/${USER}, line 3: <on_crash> may not have x="1"`],
  ],
  [
    'a text that is none of those allowed',
    block('on', '<on_poweroff>destroy</on_poweroff>', '<on_reboot>explode</on_reboot>'),
    folder => [`${folder}/${USER}, line 3: <on_reboot> may not hold "explode"`],
  ],
  [
    'a required child with a wrong value',
    block('devices', '<interface type="ethernet">', '  <mac address="{{ vm.name }}"/>', '</interface>'),
    folder => [`${folder}/${USER}, line 3: <mac> may not have address="work"`],
  ],
  [
    'an element that lacks something',
    block('devices', '', '<disk type="block" device="disk"/>'),
    folder => [
      `${folder}/${USER}, line 3: <disk device="disk" type="block"/> is not what libvirt expects: something in it is missing or wrong`,
    ],
  ],
  [
    'several elements, each with its own line',
    block(
      'devices',
      '{% for dev in ["a", "b"] %}',
      '<disk type="block" device="{{ dev }}">',
      '<source dev="/x"/>',
      '<target dev="xvd{{ dev }}"/></disk>',
      '{% endfor %}',
    ),
    folder => [
      `${folder}/${USER}, line 3: <disk> may not have device="a"`,
      `${folder}/${USER}, line 3: <disk> may not have device="b"`,
    ],
  ],
  [
    'an element in an included part',
    {
      'libvirt/devices/net.xml':
        '<interface type="ethernet">\n<mac address="{{ vm.mac }}"/>\n<script/>\n</interface>',
    },
    folder => [`${folder}/libvirt/devices/net.xml, line 3: <script/> is not allowed in <interface>`],
  ],
  [
    'two of what may be there once',
    block('on', '<on_poweroff>destroy</on_poweroff>', '<on_poweroff>destroy</on_poweroff>'),
    folder => [`${folder}/${USER}, line 3: <on_poweroff> is one too many in <domain>`],
  ],
  [
    'a device that may be there once only',
    block('devices', '{{ super() }}', '<memballoon model="xen"/><memballoon model="none"/>'),
    folder => [`${folder}/${USER}, line 3: <memballoon model="none"/> is one too many in <devices>`],
  ],
  [
    'a domain without a name',
    block('basic', '<memory>1024</memory>'),
    () => [`${TEMPLATES}/libvirt/xen.xml, line 8: something is missing in <domain type="xen">`],
  ],
  [
    'a domain without a type',
    { [USER]: '\n<domain><name>work</name></domain>' },
    folder => [
      `${folder}/${USER}, line 2: <domain> lacks the attribute type: for a VM of Xen it is type="xen"`,
    ],
  ],
  [
    'a domain of an unknown kind',
    { [USER]: '\n<domain type="zen"><name>work</name></domain>' },
    folder => [`${folder}/${USER}, line 2: <domain type="zen"> is no domain that libvirt knows`],
  ],
];

/** `check` of a VM whose templates lie in a folder, before the default ones. */
function checkWith(folder: string) {
  return run('check', 'work', '--vm', VM, '--templates', folder, '--templates', TEMPLATES);
}

for (const [title, files, expected] of REFUSED) {
  t.test(`check refuses ${title}, with the template's line`, async t => {
    const folder = folderWith(t, files);
    const { code, out, errors } = await checkWith(folder);
    t.equal(code, 1);
    t.equal(out, '');
    t.same(
      errors,
      expected(folder).map(line => `domain-xml: ${line}`),
    );
  });
}

t.test('check refuses what is no XML, with the line of the template that printed it', async t => {
  const folder = folderWith(t, { [USER]: '<domain>\n{% if true %}\n<a>\n{% endif %}\n</b>\n</domain>' });
  const { code, errors } = await run('check', 'work', '--vm', VM, '--templates', folder);
  t.equal(code, 1);
  t.equal(errors.length, 1);
  t.match(
    errors[0],
    new RegExp(`^domain-xml: ${folder}/${USER}, line 3: the output, line \\d+: is not well-formed XML: `),
  );
});

/** What the templates of older releases of Qubes have, and an editor under Windows. */
const TAKEN: [string, Record<string, string>][] = [
  [
    'firmware by the type of hvmloader',
    {
      [USER]:
        '{% extends \'libvirt/xen.xml\' %}{% block os %}<type arch="x86_64" machine="xenfv">hvm</type>' +
        '<loader type="pflash">hvmloader</loader><boot dev="cdrom"/><boot dev="hd"/>{% endblock %}',
    },
  ],
  [
    'a permissive PCI device',
    block(
      'devices',
      '<hostdev type="pci" managed="yes" nostrictreset="yes" permissive="yes">',
      '<source><address bus="0x00" slot="0x1f" function="0x2"/></source>',
      '</hostdev>',
    ),
  ],
  ['a byte order mark', { [USER]: "\ufeff{% include 'libvirt/xen.xml' %}" }],
];

for (const [title, files] of TAKEN) {
  t.test(`check takes ${title}`, async t => {
    const folder = folderWith(t, files);
    const { code, errors } = await checkWith(folder);
    t.same(errors, []);
    t.equal(code, 0);
  });
}

t.test('A template that a mark in it would change is checked all the same', async t => {
  const folder = folderWith(t, {
    [USER]: `{% set captured %}\nx{% endset %}{% if captured | length != 2 %}{{ bug('marked') }}{% endif %}<domain type="zen"/>`,
  });
  const { code, errors } = await run('check', 'work', '--vm', VM, '--templates', folder);
  t.equal(code, 1);
  t.same(errors, [
    `domain-xml: ${folder}/${USER}, line 1 of its output: <domain type="zen"/> is no domain that libvirt knows`,
  ]);
});

t.test('What cannot be rendered is an error like that of render', async t => {
  const folder = folderWith(t, { [USER]: '{{ vm.nothing }}' });
  const { code, errors } = await run('check', 'work', '--vm', VM, '--templates', folder);
  t.equal(code, 1);
  t.match(errors, [/xen-user\.xml, line 1: UndefinedError: /]);
});

t.test('A schema that is missing, or none, is said to be, with what to install', async t => {
  const folder = folderWith(t, { 'broken.rng': '<grammar/>' });
  const options = ['--vm', VM, '--templates', TEMPLATES, '--schema'];
  const missing = await run('check', 'work', ...options, `${folder}/none.rng`);
  t.equal(missing.code, 1);
  t.same(missing.errors, [`domain-xml: ${folder}/none.rng: no such schema`]);
  const broken = await run('check', 'work', ...options, `${folder}/broken.rng`);
  t.equal(broken.code, 1);
  t.match(broken.errors, [/^domain-xml: xmllint: could not validate: /]);
});

t.test(
  'Without xmllint, and with one only in a relative folder of PATH, check says what to install',
  async t => {
    const folder = folderWith(t, { xmllint: '#!/bin/sh\nexit 0\n' });
    const path = process.env['PATH'];
    const place = process.cwd();
    t.teardown(() => {
      process.env['PATH'] = path;
      process.chdir(place);
    });
    writeFileSync(`${folder}/xmllint`, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    process.chdir(folder);
    process.env['PATH'] = `.:${folder}/none`;
    const { code, errors } = await run('check', 'work', '--vm', VM, '--templates', TEMPLATES);
    t.equal(code, 1);
    t.same(errors, [
      'domain-xml: xmllint is not installed: install libxml2-utils (Debian) or libxml2 (Fedora)',
    ]);
  },
);
