import { writeFileSync } from 'node:fs';
import t from 'tap';
import { description, sampleFile } from './support/descriptions.ts';
import { TEMPLATES } from './support/project.ts';
import { folderWith, run, runOn } from './support/run.ts';

const VM = sampleFile('pvh_net');
const OPTIONS = ['--vm', VM, '--templates', TEMPLATES];

t.test('A file that says the same in other words is no difference', async t => {
  const { out } = await run('render', 'work', ...OPTIONS);
  const other = out
    .replaceAll('"', "'")
    .replace("<memory unit='MiB'>4000</memory>", '<!-- in KiB --> <memory>4096000</memory>')
    .replace(/\n +/g, '\n\n');
  const folder = folderWith(t, { 'old.xml': `<?xml version="1.0"?>\n${other}` });
  const {
    code,
    out: difference,
    errors,
  } = await run('diff', 'work', ...OPTIONS, '--against', `${folder}/old.xml`);
  t.same(errors, []);
  t.equal(difference, '');
  t.equal(code, 0);
});

t.test('A file that differs gives the lines that do, with the way to them, and exit code 1', async t => {
  const { out } = await run('render', 'work', ...OPTIONS);
  const old = out
    .replace('<vcpu placement="static">2<', '<vcpu placement="static">4<')
    .replace('/dev/qubes_dom0/vm-private', '/dev/old');
  const folder = folderWith(t, { 'old.xml': old });
  const arguments_ = ['diff', 'work', ...OPTIONS, '--against', `${folder}/old.xml`];
  const { code, out: difference } = await run(...arguments_);
  t.equal(code, 1);
  t.equal(
    difference,
    [
      `--- ${folder}/old.xml`,
      `+++ ${TEMPLATES}/libvirt/xen.xml`,
      '  <domain type="xen">',
      '-   <vcpu placement="static">4</vcpu>',
      '+   <vcpu placement="static">2</vcpu>',
      '    <devices>',
      '      <disk device="disk" type="block">',
      '        <target dev="xvdb"/>',
      '-       <source dev="/dev/old"/>',
      '+       <source dev="/dev/qubes_dom0/vm-private"/>',
      '',
    ].join('\n'),
  );
  const coloured = (text: string) => text.includes('\u001b[32m+   <vcpu');
  t.notOk(coloured(difference), 'no colours in a file');
  for (const [terminal, wanted] of [
    [{ TERM: 'xterm' }, true],
    [{ TERM: 'xterm', NO_COLOR: '1' }, false],
    [{ TERM: 'dumb' }, false],
  ] as const) {
    const { NO_COLOR, ...others } = process.env;
    t.intercept(process, 'env', { value: { ...others, ...terminal } });
    const { out: shown } = await runOn({ interactive: true }, ...arguments_);
    t.equal(coloured(shown), wanted, `colours on a terminal: ${JSON.stringify(terminal)}`);
  }
  t.ok(coloured((await run(...arguments_, '--color', 'always')).out), 'colours when asked for');
  t.notOk(
    coloured((await runOn({ interactive: true }, ...arguments_, '--color', 'never')).out),
    'none when not',
  );
});

t.test("libvirt is asked what it has: with libvirt's own test driver", async t => {
  const vm = { ...description('pvh_net'), name: 'test', uuid: '6695eb01-f6a4-8304-79aa-97f2502e193f' };
  const folder = folderWith(t, { 'vm.json': JSON.stringify(vm) });
  const options = ['--vm', `${folder}/vm.json`, '--templates', TEMPLATES, '--connect', 'test:///default'];
  const { code, out, errors } = await run('diff', 'test', ...options);
  t.same(errors, []);
  t.equal(code, 1);
  t.match(out, /^--- virsh dumpxml test$/m);
  t.match(out, /^- <domain type="test">$/m);
  t.match(out, /^\+ <domain type="xen">$/m);
  t.match(out, /^-\s+<memory unit="KiB">8388608<\/memory>$/m);
  t.notMatch(out, /<uuid>/, 'the UUID is the same');
});

t.test(
  'A VM that libvirt does not know, and a libvirt that is not there, are errors of one line',
  async t => {
    const unknown = await run('diff', 'work', ...OPTIONS, '--connect', 'test:///default');
    t.equal(unknown.code, 1);
    t.same(unknown.errors, ["domain-xml: virsh dumpxml work: failed to get domain 'work'"]);
    const none = await run('diff', 'work', ...OPTIONS, '--connect', 'nonsense:///');
    t.equal(none.code, 1);
    t.equal(none.errors.length, 1);
    t.match(none.errors[0], /^domain-xml: virsh dumpxml work: failed to connect to the hypervisor: .+/);
  },
);

t.test('Without virsh, diff says what to install and what does without', async t => {
  const folder = folderWith(t, {});
  const path = process.env['PATH'];
  t.teardown(() => {
    process.env['PATH'] = path;
  });
  process.env['PATH'] = folder;
  const { code, errors } = await run('diff', 'work', ...OPTIONS);
  t.equal(code, 1);
  t.same(errors, [
    'domain-xml: virsh is not installed: install libvirt-clients (Debian) or libvirt-client (Fedora), or give a file with --against',
  ]);
});

t.test('A file that is missing, or no XML, is named', async t => {
  const folder = folderWith(t, {});
  const missing = await run('diff', 'work', ...OPTIONS, '--against', `${folder}/none.xml`);
  t.same(missing.errors, [`domain-xml: ${folder}/none.xml: cannot be read: no such file or folder`]);
  writeFileSync(`${folder}/bad.xml`, '<domain>\n<name>');
  const bad = await run('diff', 'work', ...OPTIONS, '--against', `${folder}/bad.xml`);
  t.equal(bad.code, 1);
  t.match(bad.errors, [new RegExp(`^domain-xml: ${folder}/bad\\.xml.*: is not well-formed XML: `)]);
});
