// Loop devices, and devices of ours, whose files lie with a server that answers nobody any more, are nothing to any other
// template. What would have to ask that server does not end before it goes on: that a command ends while it stands is the proof.
import { spawn } from 'node:child_process';
import type { Test } from 'tap';
import { check } from '../checks.ts';
import { disk, mustAdd, mustRemove } from '../hotplug/disks.ts';
import { xenstored } from '../hotplug/surroundings.ts';
import { hashOf, MEBIBYTE, makeImage, type Template, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { blockSnapshot, executable, kernel, must, mustCleanup, mustPrepare } from '../programs.ts';
import { deviceNames, takeAllDown } from '../state.ts';
import { SERVERS, type Served } from './mounts.ts';

process.once('beforeExit', () => xenstored.stop());

for (const [index, { name, mount }] of SERVERS.entries())
  check(`a server that has died keeps no template but its own: ${name}`, (test, template) => {
    const server = mount(`${template.folder}/sick`);
    const other = makeImage(`${server.point}/other.iso`, MEBIBYTE, 'random');
    const loop = must('losetup', '-f', '--show', other);
    const theirs = prepareHere(
      'snapshot',
      makeImage(`${server.point}/root.img`, MEBIBYTE, 'random'),
      `${server.point}/root-cow.img`,
    );
    const reader = spawn('sleep', ['600'], { stdio: ['ignore', 'ignore', 'ignore'], cwd: server.point });
    server.stop();
    try {
      test.same(
        kernel.loopAnswers([{ name: loop.slice('/dev/'.length), file: other }], 100),
        [false],
        'who asks it has to wait',
      );
      lifeMeanwhile(test, server, template, disk(300 + index, 'origin'), disk(310 + index));
      test.match(
        blockSnapshot('list').stdout,
        `  ${loop}  ${other}`,
        'what is known without asking is shown',
      );
      test.ok(server.stands());
    } finally {
      server.goOn();
      reader.kill('SIGKILL');
      cleanupHere('snapshot', theirs);
      takeAllDown();
      server.unmount();
    }
  });

for (const { name, mount } of SERVERS)
  check(
    `what lies where a server was that has died is not taken for what lay there: ${name}`,
    (test, { folder }) => {
      const server = mount(`${folder}/gone`);
      const file = makeImage(`${server.point}/other.iso`, MEBIBYTE, 'random');
      const loop = must('losetup', '-f', '--show', file);
      must('mount', '-t', 'tmpfs', 'tmpfs', server.point);
      makeImage(file, MEBIBYTE);
      server.stop();
      try {
        test.match(blockSnapshot('list').stdout, `  ${loop}  ${file}`);
        test.ok(server.stands());
      } finally {
        server.goOn();
        must('umount', server.point);
        takeAllDown();
        server.unmount();
      }
    },
  );

/** Each command ends, with what it is for, while the server stands. */
function lifeMeanwhile(
  test: Test,
  server: Served,
  { root, rootCow, vm1, vm2, hash }: Template,
  origin: ReturnType<typeof disk>,
  vm: ReturnType<typeof disk>,
): void {
  const others = deviceNames();
  const ends = <Result>(what: string, action: () => Result): Result => {
    const result = action();
    test.ok(server.stands(), `${what} has ended, and the server stands`);
    return result;
  };
  const stack = [root, rootCow, vm1];
  const node = ends('a cold prepare', () => mustPrepare('snapshot', ...stack));
  test.equal(hashOf(node), hash);
  ends('a prepare of what exists', () => test.equal(mustPrepare('snapshot', ...stack), node));
  for (const options of [[], ['--json']])
    ends(`list ${options}`, () => test.match(blockSnapshot('list', ...options), { status: 0, stderr: '' }));
  ends('cleanup', () => mustCleanup('snapshot', node));
  ends('create-snapshot', () =>
    must(executable('create-snapshot'), node.slice('/dev/mapper/'.length), ...stack),
  );
  ends('destroy-snapshot', () => must(executable('destroy-snapshot'), node));
  const written = ends('add of a template', () => mustAdd(origin, `${root}:${rootCow}`));
  ends('add of a VM', () => mustAdd(vm, [root, rootCow, vm2].join(':')));
  writeRandomAt(written, 0, MEBIBYTE);
  ends('remove of a VM', () => mustRemove(vm));
  ends('remove of a template', () => mustRemove(origin));
  for (const command of [['commit'], ['revisions'], ['trim'], ['revert', '--yes']])
    ends(command.join(' '), () => test.match(blockSnapshot(...command, root), { status: 0 }));
  test.equal(hashOf(root), hash, 'and what they are for is done');
  test.same(deviceNames(), others, 'what lies with the server is left as it is');
}
