import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { CACHE_FOLDER } from '../../src/domain-xml/compiled/cache.ts';
import { description, SAMPLES, sampleFile } from './support/descriptions.ts';
import { PROGRAM, PROJECT, TEMPLATES } from './support/project.ts';
import { renderWithPython } from './support/python.ts';
import { folderWith } from './support/run.ts';

// A run as root keeps what it compiled there: it goes again if this test made it.
const cacheWasThere = existsSync(CACHE_FOLDER);
t.teardown(() => {
  if (!cacheWasThere) rmSync(CACHE_FOLDER, { recursive: true, force: true });
});

const place = folderWith(t, {});

function call(args: string[], { cwd = '/', input = '' } = {}) {
  const { status, stdout, stderr } = spawnSync(PROGRAM, args, {
    cwd,
    input,
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  return { status, stdout, stderr };
}

t.test('The compiled program renders every sample to the byte as Python does', async t => {
  const answers = renderWithPython(
    SAMPLES.map(sample => ({ templates: [TEMPLATES], names: ['libvirt/xen.xml'], vm: description(sample) })),
  );
  for (const [index, sample] of SAMPLES.entries()) {
    t.same(call(['render', 'work', '--vm', sampleFile(sample), '--templates', TEMPLATES]), {
      status: 0,
      stdout: answers[index]?.output,
      stderr: '',
    });
  }
});

t.test('The compiled program says its version', async t => {
  const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
  const { status, stdout, stderr } = call(['--version']);
  t.same({ status, stderr }, { status: 0, stderr: '' });
  t.match(stdout, /^domain-xml \S+ \(quickjs-ng \d+\.\d+\.\d+\)\n$/);
  t.ok(stdout.startsWith(`domain-xml ${version} `));
});

/** What -v tells of, line by line. @throws for a line that is no step */
function stepsIn(stderr: string): string[] {
  return stderr
    .trimEnd()
    .split('\n')
    .map(line => {
      const [, step, outcome = ''] = /^ +\d+\.\d\d ms {2}(.+) \(\d+\.\d\d ms\)(: .*)?$/.exec(line) ?? [];
      if (step === undefined) throw new Error(`no step: ${line}`);
      return step + outcome;
    });
}

t.test('-v tells each step with its milliseconds, and the answer stays as it is', async t => {
  const given = ['work', '--vm', sampleFile('pv'), '--templates', TEMPLATES];
  const template = join(TEMPLATES, 'libvirt/xen.xml');
  for (const [command, ...steps] of [
    // The small program, and the larger one.
    ['render', 'the description of work', `rendering ${template}`],
    ['check', 'the description of work', `rendering ${template}`, /^xmllint /],
  ] as const)
    for (const verbose of ['-v', '--verbose']) {
      const plain = call([command, ...given]);
      const { status, stdout, stderr } = call([command, verbose, ...given]);
      t.same({ status, stdout, stderr: '' }, plain, `${command} ${verbose}`);
      t.match(stepsIn(stderr), steps);
      t.equal(stepsIn(stderr).length, steps.length);
    }
});

t.test('-v tells why a step has failed, before the complaint', async t => {
  const { status, stderr } = call(['render', 'work', '-v', '--vm', '/nothing', '--templates', TEMPLATES]);
  const [step = '', ...complaint] = stderr.trimEnd().split('\n');
  const reason = '/nothing: cannot be read: no such file or folder';
  t.equal(status, 1);
  t.same(stepsIn(step), [`the description of work: ${reason}`]);
  t.same(complaint, [`domain-xml: ${reason}`]);
});

t.test(
  'The compiled program compiles a template of the user, and takes the rest from what it holds',
  async t => {
    const folder = folderWith(t, {
      'libvirt/xen-user.xml':
        "{% extends 'libvirt/xen.xml' %}{% block on %}{{ super() | replace('destroy', 'preserve') }}{% endblock %}",
    });
    const args = [
      'render',
      'work',
      '--vm',
      sampleFile('pv'),
      '--templates',
      folder,
      '--templates',
      TEMPLATES,
    ];
    const { stdout, stderr } = call(args);
    t.equal(stderr, '');
    const [python] = renderWithPython([
      { templates: [folder, TEMPLATES], names: ['libvirt/xen-user.xml'], vm: description('pv') },
    ]);
    t.equal(stdout, python?.output);
  },
);

t.test('In a run as root, and only there, a template that others can write is refused', async t => {
  const folder = folderWith(t, { 'libvirt/xen.xml': '<a/>' });
  const args = ['render', 'work', '--vm', sampleFile('pv'), '--templates', folder];
  t.same(call(args), { status: 0, stdout: '<a/>', stderr: '' });
  chmodSync(`${folder}/libvirt/xen.xml`, 0o666);
  if (process.geteuid?.() !== 0) {
    t.same(call(args), { status: 0, stdout: '<a/>', stderr: '' });
    return;
  }
  t.same(call(args), {
    status: 1,
    stdout: '',
    stderr: `domain-xml: ${folder}/libvirt/xen.xml: is writable by others than root (chmod go-w)\n`,
  });
});

t.test('The compiled program reads a description from standard input', async t => {
  const input = JSON.stringify(description('pv'));
  const { status, stdout, stderr } = call(['render', 'work', '--vm', '-', '--templates', TEMPLATES], {
    input,
  });
  t.equal(stderr, '');
  t.equal(status, 0);
  t.match(stdout, '<name>work</name>');
});

t.test('The compiled program checks, compares, shows, helps and explains', async t => {
  const options = ['--vm', sampleFile('hvm_pci'), '--templates', TEMPLATES];
  t.match(call(['check', 'work', ...options]), { status: 0, stdout: 'work: valid', stderr: '' });
  const { stdout: xml } = call(['render', 'work', ...options]);
  t.same(call(['diff', 'work', ...options, '--against', '-'], { input: xml }), {
    status: 0,
    stdout: '',
    stderr: '',
  });
  t.match(call(['which', 'work', '--templates', TEMPLATES]), { status: 0, stdout: 'used' });
  t.match(call(['--help']), { status: 0, stdout: /^ {2}render {2,}Print a VM's domain XML$/m });
  t.match(call(['render', 'work', '--help']), {
    status: 0,
    stdout: /--templates DIR\n.*\(default: \/etc\/qubes\/templates,\s+\/usr\/share\/qubes\/templates\)/s,
  });
  t.same(call(['render']), {
    status: 2,
    stdout: '',
    stderr: "domain-xml: the VM's NAME is missing: usage: domain-xml render NAME [OPTION...]\n",
  });
});

t.test('Nothing in the current folder changes what the program does', async t => {
  const trap = folderWith(t, {
    '.env': 'PATH=/nowhere\n',
    'bunfig.toml': 'preload = ["./trap.ts"]\n',
    'trap.ts': "console.log('trapped');\n",
    'package.json': '{"yargs": {"dot-notation": true}, "imports": {"#x": "./trap.ts"}}',
    'tsconfig.json': '{"compilerOptions": {"paths": {"*": ["./trap.ts"]}}}',
    'libvirt/xen.xml': 'trapped',
  });
  writeFileSync(`${trap}/xmllint`, '#!/bin/sh\necho trapped\n', { mode: 0o755 });
  const args = ['check', 'work', '--vm', sampleFile('pv'), '--templates', TEMPLATES];
  t.same(call(args, { cwd: trap }), call(args));
  t.match(call(args, { cwd: trap }), { status: 0, stdout: 'work: valid' });
});

t.test('A reader that goes away is no error', async t => {
  symlinkSync(PROGRAM, `${place}/domain-xml`);
  const command = `'${place}/domain-xml' render work --vm '${sampleFile('pv')}' --templates '${TEMPLATES}' | head -c 1`;
  const { stdout, stderr } = spawnSync('/bin/bash', ['-o', 'pipefail', '-c', command], { encoding: 'utf8' });
  t.equal(stdout, '<');
  t.equal(stderr, '');
});

t.test('What has no end is read as far as it may be long, wherever it is named', async t => {
  const named = ['render', 'work', '--templates', TEMPLATES, '--vm'];
  const against = ['diff', 'work', '--vm', sampleFile('pv'), '--templates', TEMPLATES, '--against'];
  const tooLong = (name: string, what: string) =>
    new RegExp(`^domain-xml: ${name}: is too long: ${what} at most`);
  for (const device of ['/dev/full', '/dev/zero']) {
    t.match(call([...named, device]), {
      status: 1,
      stdout: '',
      stderr: tooLong(device, 'a description has'),
    });
    t.match(call([...against, device]), { status: 1, stdout: '', stderr: tooLong(device, 'domain XML has') });
  }
  for (const [args, what] of [
    [named, 'a description has'],
    [against, 'domain XML has'],
  ] as const) {
    const piped = spawnSync('/bin/bash', ['-c', '"$@" < /dev/zero', 'bash', PROGRAM, ...args, '-'], {
      encoding: 'utf8',
    });
    t.match(piped, { status: 1, stdout: '', stderr: tooLong('standard input', what) });
    const pipe = `${place}/pipe-${args[0]}`;
    spawnSync('mkfifo', [pipe]);
    const fed = spawnSync('/bin/bash', ['-c', 'yes > "$0" & "$@"; wait', pipe, PROGRAM, ...args, pipe], {
      encoding: 'utf8',
    });
    t.match(fed.stderr, tooLong(pipe, what));
  }
});
