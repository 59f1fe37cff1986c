// What is told of what is done: the steps of -v, the log of those that no person calls, and what completion asks for.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { check, checkLasting } from './checks.ts';
import { makeTemplate, removeTemplate, statKey } from './images.ts';
import { blockSnapshot, executable, must, mustCleanup, mustPrepare, run } from './programs.ts';
import './told/surroundings.ts';
import './told/completion.ts';

const LOG = '/var/log/block-snapshot.log';

const STEP = /^ +\d+\.\d\d ms {2}[a-zA-Z]+ .*\(\d+\.\d\d ms\)$/;

check(
  '-v tells each call to the kernel, with its milliseconds, and the answer stays as it is',
  (test, template) => {
    const images = [template.root, template.rootCow, template.vm1].join(':');
    const node = mustPrepare('snapshot', images);
    mustCleanup('snapshot', node);
    for (const parameters of [
      ['prepare', 'snapshot', images, '-v'],
      ['--verbose', 'cleanup', 'snapshot', node],
    ]) {
      const { status, stdout, stderr } = blockSnapshot(...parameters);
      test.same([status, stdout], [0, parameters.includes('prepare') ? `${node}\n` : '']);
      const lines = stderr.trimEnd().split('\n');
      test.same(
        lines.filter(line => !STEP.test(line)),
        [],
      );
      const times = lines.map(line => Number.parseFloat(line));
      test.same(
        times,
        [...times].sort((a, b) => a - b),
        'in the order in which it was done',
      );
      const device = parameters.includes('prepare') ? /createDevice snapshot-/ : /removeDevice snapshot-/;
      test.equal(lines.filter(line => device.test(line)).length, 2, 'both layers');
    }
  },
);

check("while a template's disk stands still nothing is written", (test, template) => {
  const origin = mustPrepare('origin', template.root, template.rootCow);
  const trace = '/run/lab/trace';
  const stack = `${template.root}:${template.vm2}`;
  const { status } = run('strace', [
    '-f',
    '-o',
    trace,
    '-e',
    'trace=ioctl,write',
    executable(),
    'prepare',
    'snapshot',
    stack,
    '-v',
  ]);
  test.equal(status, 0);
  const calls = readFileSync(trace, 'utf8').split('\n');
  const still = calls.findIndex(call => /DM_DEV_SUSPEND, .*name="origin-/.test(call));
  const goesOn = calls.findIndex(
    (call, index) => index > still && /DM_DEV_SUSPEND, .*name="origin-/.test(call),
  );
  test.ok(still > 0 && goesOn > still, 'the origin is suspended, and resumed');
  test.same(
    calls.slice(still, goesOn).filter(call => /write\(/.test(call)),
    [],
  );
  test.ok(
    calls.slice(goesOn).some(call => /write\(2, .*suspend/.test(call)),
    'and it is told afterwards',
  );
  rmSync(trace);
  mustCleanup('origin', origin);
  mustCleanup('snapshot', `/dev/mapper/snapshot-${statKey(template.root)}-${statKey(template.vm2)}`);
});

check('what qubesd asks for is in the log, with what became of it', (test, template) => {
  const node = mustPrepare('snapshot', template.root, template.rootCow);
  mustCleanup('snapshot', node);
  const name = node.replace('/dev/mapper/', '');
  must(executable('create-snapshot'), name, template.root, template.rootCow);
  must(executable('destroy-snapshot'), node);
  test.equal(run(executable('destroy-snapshot'), [node]).status, 1);
  test.equal(run(executable('create-snapshot'), [name, template.vm1, template.rootCow]).status, 1);
  const lines = readFileSync(LOG, 'utf8').trimEnd().split('\n');
  const told = lines.map(line => line.replace(/^\S+T\S+Z (\S+)\[\d+\] (.*) \(\d+ ms\)$/, '$1 $2'));
  test.same(told.slice(0, 3), [
    `create-snapshot ${template.root} ${template.rootCow} create: ${node}`,
    `destroy-snapshot ${node} destroy: taken down`,
    `destroy-snapshot ${node} destroy: failed: ${node} is not a block device: it is gone already, or never was`,
  ]);
  test.match(told[3], /^create-snapshot .* create: failed: .*does not agree with the files given/);
  test.equal(told.length, 4);
});

check('list shows one template where one is named, and nothing of others', (test, template) => {
  const other = makeTemplate();
  const nodes = [template, other].map(({ root, rootCow }) => mustPrepare('snapshot', root, rootCow));
  const both = must(executable(), 'list');
  const one = must(executable(), 'list', template.folder);
  for (const { root } of [template, other]) test.match(both, root);
  test.match(one, template.root);
  test.notMatch(one, other.root);
  test.match(JSON.parse(must(executable(), 'list', other.root, '--json')), {
    templates: [{ image: { path: other.root } }],
  });
  test.match(must(executable(), 'list', '--columns', 'users,size'), /^IMAGE +USED BY +SIZE\n/);
  for (const node of nodes) mustCleanup('snapshot', node);
  removeTemplate(other);
});

checkLasting(
  'list --watch shows on a terminal what has come since, until it is interrupted',
  async (test, template) => {
    const watching = spawn('script', [
      '-qec',
      `stty cols 200; exec "${executable()}" list --watch`,
      '/dev/null',
    ]);
    let shown = '';
    const changed = () => new Promise<void>(resolve => watching.stdout.once('data', () => resolve()));
    watching.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
    });
    while (!shown.includes('No template is in use')) await changed();
    const node = mustPrepare('snapshot', template.root, template.rootCow);
    while (!shown.includes(template.root)) await changed();
    const ended = new Promise<number | null>(resolve => watching.once('close', resolve));
    watching.stdin.write('\u0003');
    test.equal(await ended, 130);
    mustCleanup('snapshot', node);
  },
);

check(
  '--version -v tells the versions of the library, of the driver and of the kernel, as each program has them',
  test => {
    const { status, stdout } = blockSnapshot('--version', '-v');
    const larger = run(executable('block-snapshot-tools'), ['--version', '-v']);
    const [library = '', driver = ''] = must('dmsetup', 'version')
      .split('\n')
      .map(line => line.split(/: +/)[1] ?? '');
    test.equal(status, 0);
    const below = [`device-mapper ${driver}`, `Linux ${must('uname', '-r')}`, ''];
    test.same(stdout.split('\n').slice(1), ['libdevmapper none: devices are asked for without it', ...below]);
    test.same(larger.stdout.split('\n').slice(1), [`libdevmapper ${library}`, ...below]);
    test.match(stdout, /^block-snapshot \d+\.\d+\.\d+ \(quickjs-ng .*\)\n/);
  },
);
