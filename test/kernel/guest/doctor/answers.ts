// The executable: what it prints, how it ends, and what --fix does by itself.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { asNobody } from '../as-nobody.ts';
import { checkLasting } from '../checks.ts';
import { deleteBackend, disk, mustAdd } from '../hotplug/disks.ts';
import { MEBIBYTE, makeImage } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { blockSnapshot, executable, must, type Outcome, run } from '../programs.ts';
import { onVolume } from './bases.ts';
import { running } from './devices.ts';
import './diagnosis.ts';

must(
  'sh',
  '-c',
  'mkdir -p /dev/pts && (mountpoint -q /dev/pts || mount -t devpts -o ptmxmode=666 devpts /dev/pts)',
);

/** Runs doctor --fix on a terminal, where a person answers. */
function onTerminal(answer: string): Outcome {
  const seen = '/run/lab/typescript';
  rmSync(seen, { force: true });
  return run('sh', [
    '-c',
    `(until grep -qs 'Go on' ${seen}; do sleep 0.1; done; printf '${answer}\\n'; sleep 1) | ` +
      `script -qefc '"${executable()}" doctor --fix' ${seen}`,
  ]);
}

checkLasting('where all is well it says nothing and ends with 0', async (test, template) => {
  const { stop } = running(template);
  const { status, stdout, stderr } = blockSnapshot('doctor');
  // The kernel of the lab may have a fault of its own.
  const others = stdout
    .split('\n')
    .filter(line => /^[a-z-]+: /.test(line) && !line.startsWith('bad-kernel: '));
  test.same([others, stderr], [[], '']);
  test.equal(status, stdout === '' ? 0 : 3);
  stop();
});

checkLasting(
  'what is found is said with its meaning and its command, and ends with 3',
  async (test, { root, rootCow, vm1 }) => {
    const node = prepareHere('snapshot', root, rootCow, vm1);
    const { status, stdout } = blockSnapshot('doctor');
    test.equal(status, 3);
    test.match(stdout, `unused-device: ${node} of ${root} is used by nobody\n    nobody has it open`);
    test.match(stdout, `\n        block-snapshot cleanup snapshot ${node}\n`);
    const json = JSON.parse(blockSnapshot('doctor', '--json').stdout) as {
      findings: unknown[];
      healthy: boolean;
    };
    test.match(json, { version: 1, healthy: false, unseen: [], host: { kernel: String } });
    test.match(json.findings.at(-1), {
      kind: 'unused-device',
      found: `${node} of ${root} is used by nobody`,
      commands: [`block-snapshot cleanup snapshot ${node}`],
      safe: false,
    });
    cleanupHere('snapshot', node);
  },
);

checkLasting('what cannot be looked at is never healthy', async test => {
  const { status, stdout } = asNobody('doctor');
  test.equal(status, 1);
  test.match(stdout, 'not seen: the devices could not be looked at: no permission');
});

/** What doctor could change: devices and whether they stand still, loop devices, records, locks, files. */
function state(folder: string): string[] {
  return [
    must('dmsetup', 'info', '-c', '--noheadings', '-o', 'name,suspended,tables_loaded,open'),
    must('dmsetup', 'table'),
    must('losetup', '-l', '-n', '-O', 'NAME,BACK-FILE'),
    must('find', folder, '/run/xen-hotplug', '-printf', '%p %i %s %T@ %C@\n'),
    must('find', '/run/block-snapshot', '-printf', '%p %i %s %T@\n'),
  ].flatMap(text => text.split('\n').sort());
}

checkLasting('without --fix nothing is changed, whatever is found', async (test, template) => {
  const { root, rootCow, vm1, vm2 } = template;
  const vm = disk(72);
  mustAdd(vm, [root, rootCow, vm1].join(':'));
  deleteBackend(vm);
  const { node, stop } = running({ ...template, vm1: vm2 });
  must('dmsetup', 'suspend', node.slice('/dev/mapper/'.length));
  must('udevadm', 'settle');
  const before = state(template.folder);
  for (const options of [[], ['--report'], ['--json']]) {
    const { stdout } = blockSnapshot('doctor', ...options);
    test.match(stdout, 'suspended-device');
    test.match(stdout, 'gone-vm');
    test.same(state(template.folder), before, `doctor ${options.join(' ')}`);
  }
  const { stderr } = blockSnapshot('doctor', '--fix');
  for (const kind of ['suspended-device', 'gone-vm'])
    test.match(stderr, `${kind}: block-snapshot `, 'with it both are mended');
  test.notMatch(blockSnapshot('doctor').stdout, /suspended-device|gone-vm/);
  stop();
});

checkLasting('where a base does not answer it comes to its end, and says so', async (test, template) => {
  const takeAway = onVolume(
    template,
    () => must('dmsetup', 'suspend', 'volume'),
    () => must('dmsetup', 'resume', 'volume'),
  );
  try {
    test.match(blockSnapshot('doctor'), { status: 3, stdout: /^silent-base: /m });
  } finally {
    takeAway();
  }
});

checkLasting(
  '--fix does what loses nothing, and leaves the rest where nobody can be asked',
  async (test, template) => {
    const { node, stop } = running(template);
    const name = node.slice('/dev/mapper/'.length);
    const loop = must('losetup', '-f', '--show', template.vm2);
    must('dmsetup', 'suspend', name);
    const { status, stdout, stderr } = blockSnapshot('doctor', '--fix');
    test.equal(status, 3);
    test.match(stderr, 'suspended-device: block-snapshot prepare snapshot ');
    test.match(stderr, '1 of these need a yes, and there is no terminal to ask on');
    test.match(stdout, `spare-loop: ${loop} on ${template.vm2}`);
    test.notMatch(stdout, 'suspended-device');
    test.match(onTerminal('n').stdout, `losetup -d ${loop}. Go on? [y/N]`);
    test.match(must('losetup', '-a'), template.vm2, 'it is left where the answer is no');
    onTerminal('y');
    test.notMatch(must('losetup', '-a'), template.vm2, 'and goes where it is yes');
    stop();
  },
);

checkLasting('a report has neither names of VMs nor paths, unless it is told to', async (test, template) => {
  const folder = join(template.folder, 'secret project');
  mkdirSync(folder);
  const root = makeImage(join(folder, 'root.img'), 4 * MEBIBYTE, 'random');
  const node = prepareHere('snapshot', root, join(folder, 'root-cow.img'));
  const second = must('losetup', '-f', '--show', root);
  const { stdout: report } = blockSnapshot('doctor', '--report');
  test.match(report, /^kernel: \S+$/m);
  test.match(report, 'unused-device: ');
  test.match(report, 'of [path 1] is used by nobody');
  test.match(
    report,
    `image-attached-twice: ${second} is a second loop device on [path 1]`,
    'the same for the same',
  );
  test.notMatch(report, /secret/);
  test.notMatch(blockSnapshot('doctor', '--report', '--json').stdout, /secret/);
  test.match(blockSnapshot('doctor', '--report', '--verbatim').stdout, `of ${root} is used by nobody`);
  test.match(blockSnapshot('doctor', '--verbatim'), { status: 2, stderr: '--verbatim is for --report' });
  must('losetup', '-d', second);
  cleanupHere('snapshot', node);
});
