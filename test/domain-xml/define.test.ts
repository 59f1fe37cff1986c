import { writeFileSync } from 'node:fs';
import t from 'tap';
import { runDomainXml } from '../../src/programs/domain-xml/main.ts';
import { OTHER_CALLS } from '../../src/programs/domain-xml/other-calls.ts';
import { description, sampleFile } from './support/descriptions.ts';
import { fakeVirsh } from './support/fake-virsh.ts';
import { TEMPLATES } from './support/project.ts';
import { folderWith, run } from './support/run.ts';

const VM = sampleFile('pvh_net');
const OPTIONS = ['--vm', VM, '--templates', TEMPLATES];
const XEN = `${TEMPLATES}/libvirt/xen.xml`;
const { uuid } = description('pvh_net');

t.test('define hands libvirt what render gives, and shows nothing where nothing was', async t => {
  const virsh = fakeVirsh(t);
  const { code, out, errors } = await run('define', 'work', ...OPTIONS, '--connect', 'xen:///system');
  t.same([code, out, errors], [0, `work: defined (${XEN})\n`, []]);
  t.equal(virsh.state('work'), 'shut off');
  const again = await run('define', 'work', ...OPTIONS);
  t.same(
    [again.code, again.out, again.errors],
    [0, `work: defined (${XEN})\n`, []],
    'nor where nothing changes',
  );
});

t.test('define shows what changes since the last time, before it does it', async t => {
  const virsh = fakeVirsh(t);
  const { out: xml } = await run('render', 'work', ...OPTIONS);
  virsh.put('work', uuid, 'running', xml.replace('placement="static">2<', 'placement="static">4<'));
  const { code, out } = await run('define', 'work', ...OPTIONS);
  t.equal(code, 0);
  t.equal(
    out,
    [
      '--- virsh dumpxml work',
      `+++ ${XEN}`,
      '  <domain type="xen">',
      '-   <vcpu placement="static">4</vcpu>',
      '+   <vcpu placement="static">2</vcpu>',
      `work: defined (${XEN}); it runs: this holds from its next start on`,
      '',
    ].join('\n'),
  );
});

t.test('A domain that the schema refuses is not handed to libvirt', async t => {
  const virsh = fakeVirsh(t);
  const folder = folderWith(t, {
    'libvirt/xen.xml': '<domain type="xen"><name>work</name><bogus/></domain>',
  });
  for (const command of ['define', 'start']) {
    const { code, out, errors } = await run(command, 'work', '--vm', VM, '--templates', folder);
    t.same([code, out], [1, '']);
    t.match(errors[0], `${folder}/libvirt/xen.xml, line 1: `);
  }
  t.same(virsh.calls(), [''], 'virsh was not even asked');
});

t.test('A description of another VM defines nothing under a name that nobody gave', async t => {
  const virsh = fakeVirsh(t);
  const { code, errors } = await run('define', 'other', ...OPTIONS);
  t.equal(code, 1);
  t.same(errors, [`domain-xml: ${XEN}: gives a domain called work, not other: nothing is defined`]);
  t.same(virsh.calls(), ['']);
});

t.test('start defines and starts, or creates what libvirt forgets', async t => {
  const virsh = fakeVirsh(t);
  const { code, out, errors } = await run('start', 'work', ...OPTIONS);
  t.same([code, out, errors], [0, `work: started (${XEN})\n`, []]);
  t.equal(virsh.state('work'), 'running');
  t.match(virsh.calls().at(-1), `start --domain ${uuid}`);
  const again = await run('start', 'work', ...OPTIONS);
  t.equal(again.code, 1);
  t.same(again.errors, [
    'domain-xml: work runs already: stop it first (domain-xml stop work), or define it only',
  ]);
  virsh.put('work', uuid, 'shut off');
  const created = await run('start', 'work', ...OPTIONS, '--transient', '--paused').catch(error => error);
  t.equal(created.code, 1, 'what libvirt has of it is no XML');
  virsh.put('work', uuid, 'shut off', '<domain/>');
  const paused = await run('start', 'work', ...OPTIONS, '--transient', '--paused');
  t.equal(paused.code, 0);
  t.match(paused.out, /work: started, paused \(/);
  t.match(virsh.calls().at(-1), /^create --file \/tmp\/domain-xml-\S+\/work\.xml --paused$/);
});

t.test("A hook that refuses shows in one line, without libvirt's words around it", async t => {
  const virsh = fakeVirsh(t);
  virsh.behave('hook');
  const { code, errors } = await run('start', 'work', ...OPTIONS);
  t.equal(code, 1);
  t.same(errors, [
    "domain-xml: virsh start work: Failed to start domain 'work': libvirt's hook says: block-snapshot: work: no disk",
  ]);
});

t.test('stop waits for a VM that shuts down', async t => {
  const virsh = fakeVirsh(t);
  virsh.put('work', uuid, 'running');
  virsh.behave('obedient');
  const { code, out, errors } = await run('stop', 'work', '--timeout', '20');
  t.same([code, out, errors], [0, 'work: shut down\n', []]);
  t.notOk(virsh.calls().some(call => call.startsWith('destroy')));
  t.same((await run('stop', 'work')).out, 'work: was not running\n', 'and to stop it again is no error');
});

t.test('stop takes a VM that libvirt has forgotten for one that has shut down', async t => {
  const virsh = fakeVirsh(t);
  virsh.put('work', uuid, 'running');
  virsh.behave('vanishing');
  t.same((await run('stop', 'work', '--timeout', '20')).out, 'work: shut down\n');
});

t.test('stop destroys a VM that does not shut down, that cannot be asked, or that is paused', async t => {
  for (const [state, behaviour, timeout, reason] of [
    ['running', 'deaf', '1', 'it did not shut down within 1 seconds'],
    ['running', 'unable', '20', 'Failed to shutdown domain: unsupported'],
    ['paused', 'deaf', '20', 'it is paused'],
    ['running', 'deaf', '0', 'it was given no time to shut down'],
  ] as const) {
    const virsh = fakeVirsh(t);
    virsh.put('work', uuid, state);
    virsh.behave(behaviour);
    const { code, out, errors } = await run('stop', 'work', '--timeout', timeout);
    t.same([code, out, errors], [0, `work: destroyed (${reason})\n`, []]);
    t.equal(virsh.state('work'), 'shut off');
  }
});

t.test('On a terminal, stop shows how long it has waited, and leaves nothing of that behind', async t => {
  const virsh = fakeVirsh(t);
  virsh.put('work', uuid, 'running');
  virsh.behave('deaf');
  const shown: string[] = [];
  const code = await runDomainXml(['stop', 'work', '--timeout', '2'], OTHER_CALLS, {
    print: text => t.equal(text, 'work: destroyed (it did not shut down within 2 seconds)\n'),
    complain: line => t.fail(line),
    interactive: true,
    status: text => {
      shown.push(text);
    },
  });
  t.equal(code, 0);
  t.equal(shown[0], 'work: shutting down...');
  t.match(shown[1], /^work: shutting down \[#*\.+\] \d\/2 s$/);
  // How many of its steps are seen is a matter of how busy the machine is.
  t.ok(
    shown.some(line => /\[#+\.*\] [12]\/2 s$/.test(line)),
    'the bar grows',
  );
  t.equal(shown.at(-1), '');
});

t.test('A name that is a number is never taken for the id of another domain', async t => {
  const virsh = fakeVirsh(t);
  virsh.put('7', uuid, 'paused');
  t.equal((await run('stop', '7')).out, '7: destroyed (it is paused)\n');
  for (const call of virsh.calls()) t.notMatch(call, / 7( |$)/);
  const folder = folderWith(t, {});
  writeFileSync(`${folder}/7.json`, JSON.stringify({ ...description('pvh_net'), name: '7' }));
  virsh.put('7', uuid, 'paused', '<domain/>');
  await run('diff', '7', '--vm', `${folder}/7.json`, '--templates', TEMPLATES);
  t.equal(virsh.calls().at(-1), `dumpxml ${uuid} --inactive`);
});

t.test('What goes wrong is one line, and wrong usage exits with 2', async t => {
  fakeVirsh(t);
  for (const [argv, code, error] of [
    [['stop', 'nowhere'], 1, 'libvirt has no domain nowhere: see virsh list --all'],
    [['stop', 'work', '--connect', 'nonsense:///'], 1, 'virsh list: failed to connect to the hypervisor'],
    [
      ['define', 'work', ...OPTIONS, '--connect', 'nonsense:///'],
      1,
      'virsh list: failed to connect to the hypervisor',
    ],
    [
      ['stop', 'work', '--timeout', 'soon'],
      2,
      '--timeout soon: is not a number of seconds: usage: domain-xml stop NAME [OPTION...]',
    ],
    [
      ['stop', 'work', '--timeout', '-1'],
      2,
      '--timeout -1: is not a number of seconds: usage: domain-xml stop NAME [OPTION...]',
    ],
    [['define', 'work', '--vm', '/none.json'], 1, '/none.json: cannot be read: no such file or folder'],
  ] as const) {
    const result = await run(...argv);
    t.same([result.code, result.out, result.errors], [code, '', [`domain-xml: ${error}`]], argv.join(' '));
  }
  for (const name of ['--domain', '-x', '../x', 'a b', '']) {
    const { code, out } = await run('stop', '--', name);
    t.same([code, out], [2, ''], `${JSON.stringify(name)} is no name`);
  }
});

t.test('Without virsh, it says what to install', async t => {
  const folder = folderWith(t, {});
  const path = process.env['PATH'];
  t.teardown(() => {
    process.env['PATH'] = path;
  });
  process.env['PATH'] = folder;
  const { code, errors } = await run('stop', 'work');
  t.same(
    [code, errors],
    [1, ['domain-xml: virsh is not installed: install libvirt-clients (Debian) or libvirt-client (Fedora)']],
  );
});
