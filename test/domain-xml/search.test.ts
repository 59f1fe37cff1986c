import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { sampleFile } from './support/descriptions.ts';
import { TEMPLATES } from './support/project.ts';
import { folderWith, run } from './support/run.ts';

const VM = sampleFile('hvm_blk');

t.test(
  'The template is the first of by-name, user, dist and default that exists, each in the first folder first',
  async t => {
    const files = [
      ['two', 'libvirt/xen.xml'],
      ['one', 'libvirt/xen.xml'],
      ['two', 'libvirt/xen-dist.xml'],
      ['one', 'libvirt/xen-dist.xml'],
      ['two', 'libvirt/xen-user.xml'],
      ['one', 'libvirt/xen-user.xml'],
      ['two', 'libvirt/xen/by-name/work.xml'],
      ['one', 'libvirt/xen/by-name/work.xml'],
    ] as const;
    const folder = folderWith(t, {});
    for (const part of ['one', 'two'])
      mkdirSync(`${folder}/${part}/libvirt/xen/by-name`, { recursive: true });
    writeFileSync(`${folder}/one/libvirt/xen/by-name/other.xml`, 'other');
    for (const [part, file] of files) {
      writeFileSync(`${folder}/${part}/${file}`, `${part} ${file} {{ vm.name }}`);
      const options = ['--vm', VM, '--templates', `${folder}/one`, '--templates', `${folder}/two`];
      const { out, errors } = await run('render', 'work', ...options);
      t.same(errors, []);
      t.equal(out, `${part} ${file} work`);
      const which = JSON.parse((await run('which', 'work', '--json', ...options.slice(2))).out);
      t.equal(
        which.candidates.find(({ state }: { state: string }) => state === 'used').path,
        `${folder}/${part}/${file}`,
      );
    }
  },
);

t.test('A user template that extends the default one draws it from the other folder', async t => {
  const folder = folderWith(t, {
    'libvirt/xen-user.xml': `{% extends 'libvirt/xen.xml' %}{% block clock %}<clock offset="utc"/>{% endblock %}`,
  });
  const { out, errors } = await run(
    'render',
    'work',
    '--vm',
    VM,
    '--templates',
    folder,
    '--templates',
    TEMPLATES,
  );
  t.same(errors, []);
  t.match(out, '<clock offset="utc"/>');
  t.notMatch(out, 'offset="variable"');
  t.match(out, '<name>work</name>');
});

t.test('which shows every candidate, the one that is used, and what it draws in', async t => {
  const folder = folderWith(t, {
    'libvirt/xen-user.xml': `{% extends 'libvirt/xen.xml' %}{% block on %}{% include 'libvirt/none.xml' ignore missing %}{% include vm.name %}{% endblock %}`,
  });
  const { code, out, errors } = await run('which', 'work', '--templates', folder, '--templates', TEMPLATES);
  t.same(errors, []);
  t.equal(code, 0);
  const lines = out.split('\n').map(line => line.split(/ {2,}/));
  t.same(lines, [
    ['STATE', 'TEMPLATE', 'PATH'],
    ['missing', 'libvirt/xen/by-name/work.xml', `${folder}/libvirt/xen/by-name/work.xml`],
    ['missing', 'libvirt/xen/by-name/work.xml', `${TEMPLATES}/libvirt/xen/by-name/work.xml`],
    ['used', 'libvirt/xen-user.xml', `${folder}/libvirt/xen-user.xml`],
    ['missing', 'libvirt/xen-user.xml', `${TEMPLATES}/libvirt/xen-user.xml`],
    ['missing', 'libvirt/xen-dist.xml', `${folder}/libvirt/xen-dist.xml`],
    ['missing', 'libvirt/xen-dist.xml', `${TEMPLATES}/libvirt/xen-dist.xml`],
    ['missing', 'libvirt/xen.xml', `${folder}/libvirt/xen.xml`],
    ['exists', 'libvirt/xen.xml', `${TEMPLATES}/libvirt/xen.xml`],
    [''],
    ['FROM', 'RELATION', 'TEMPLATE', 'PATH'],
    [`${folder}/libvirt/xen-user.xml`, 'extends', 'libvirt/xen.xml', `${TEMPLATES}/libvirt/xen.xml`],
    [`${folder}/libvirt/xen-user.xml`, 'includes', 'libvirt/none.xml', 'missing'],
    [`${folder}/libvirt/xen-user.xml`, 'includes', '(computed)', '-'],
    [
      `${TEMPLATES}/libvirt/xen.xml`,
      'includes',
      'libvirt/devices/block.xml',
      `${TEMPLATES}/libvirt/devices/block.xml`,
    ],
    [
      `${TEMPLATES}/libvirt/xen.xml`,
      'includes',
      'libvirt/devices/net.xml',
      `${TEMPLATES}/libvirt/devices/net.xml`,
    ],
    [
      `${TEMPLATES}/libvirt/xen.xml`,
      'includes',
      'libvirt/devices/pci.xml',
      `${TEMPLATES}/libvirt/devices/pci.xml`,
    ],
    [''],
  ]);
});

t.test('which says so when there is no template, or one that cannot be used', async t => {
  const folder = folderWith(t, { 'libvirt/x': '' });
  const none = await run('which', 'work', '--templates', folder);
  t.equal(none.code, 1);
  t.match(none.errors, [
    `domain-xml: VM work has no template: there is none of ${folder}/libvirt/xen/by-name/work.xml`,
  ]);
  symlinkSync('nowhere', `${folder}/libvirt/xen-dist.xml`);
  writeFileSync(`${folder}/libvirt/xen.xml`, '');
  const broken = await run('which', 'work', '--templates', folder);
  t.equal(broken.code, 1);
  t.match(broken.out, /^unusable +libvirt\/xen-dist\.xml/m);
  t.match(broken.out, /^exists +libvirt\/xen\.xml/m);
  t.same(broken.errors, [`domain-xml: ${folder}/libvirt/xen-dist.xml: is a symbolic link to nowhere`]);
});

t.test("A block.xml written for the distributor's template finds its letters in the default one", async t => {
  const folder = folderWith(t, {
    'libvirt/devices/block.xml':
      "<mine dev='xvd{{ dd[counter.i] }}'/>{% if counter.update({'i': counter.i + 1}) %}{% endif %}",
  });
  const { out, errors } = await run(
    'render',
    'work',
    '--vm',
    VM,
    '--templates',
    folder,
    '--templates',
    TEMPLATES,
  );
  t.same(errors, []);
  t.same(
    out.match(/<mine dev='xvd.'\/>/g),
    [...'ijkl'].map(letter => `<mine dev='xvd${letter}'/>`),
  );
});
