// Loop devices, and devices of ours, whose files lie with a server that answers nobody any more, are nothing to any other
// template. What would have to ask that server does not end before it goes on: that a command ends while it stands is the proof.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import { check, checkLasting } from '../checks.ts';
import { disk, mustAdd, mustRemove } from '../hotplug/disks.ts';
import { xenstored } from '../hotplug/surroundings.ts';
import { hashOf, MEBIBYTE, makeImage, statKey, type Template, writeRandomAt } from '../images.ts';
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

for (const { name, mount } of SERVERS)
  checkLasting(
    `a run begins where its VMs have stores that answer, and ends where one does no more: ${name}`,
    async (test, { root, rootCow, folder }) => {
      const server = mount(`${folder}/sick`);
      const node = prepareHere('snapshot', root, makeImage(`${server.point}/vm-cow.img`, MEBIBYTE));
      const images = `${root}:${rootCow}`;
      for (const runs of [false, true]) {
        if (runs) mustPrepare('origin', root, rootCow);
        const before = deviceNames();
        server.stop();
        const writing = spawn('dd', ['if=/dev/urandom', `of=${node}`, 'bs=4k', 'count=1', 'conv=fsync'], {
          stdio: ['ignore', 'ignore', 'ignore'],
        });
        const written = new Promise(resolve => writing.once('exit', resolve));
        try {
          await held(writing.pid);
          if (runs) {
            test.match(blockSnapshot('cleanup', 'origin', `/dev/mapper/origin-${statKey(root)}`), {
              status: 0,
              stderr: '',
            });
            test.same(
              deviceNames(),
              [node.slice('/dev/mapper/'.length)],
              'all goes but the disk that is in use',
            );
          } else {
            test.match(blockSnapshot('prepare', 'origin', images), {
              status: 1,
              stderr:
                /^block-snapshot: \S+\/vm-cow\.img \(\/dev\/loop\d+\), where a VM on .+ keeps .+ its server is reached\n$/,
            });
            test.same(deviceNames(), before, 'nothing is made');
          }
          test.ok(server.stands(), 'that has ended, and the server stands');
        } finally {
          server.goOn();
        }
        test.equal(await written, 0, 'what was written is there when the server is');
      }
      cleanupHere('snapshot', node);
      server.unmount();
    },
  );

/** Waits until a program waits for a device without end, by every look of half a second. @throws Error when it does not within half a minute */
async function held(pid: number | undefined): Promise<void> {
  for (let looks = 0, end = Date.now() + 30_000; looks < 10; await delay(50)) {
    if (Date.now() > end) throw new Error(`${pid} is not held`);
    looks = /\) D /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')) ? looks + 1 : 0;
  }
}

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
