// One disk is one base and one cow, by whatever name and however many ask for it at once; what was opened is what is used.
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Test } from 'tap';
import { makeMark, removeMark } from '../../../src/templates/revert/mark.ts';
import { findTemplate, templateFiles } from '../../../src/templates/template-files.ts';
import { check, checkLasting } from './checks.ts';
import './identity.ts';
import './locks.ts';
import {
  hashOf,
  MEBIBYTE,
  makeImage,
  makeTemplate,
  newFolder,
  removeTemplate,
  type Template,
  writeRandomAt,
} from './images.ts';
import { cleanupHere, prepareHere } from './in-process.ts';
import { commitHere, messageOf, revisionsHere, runTemplate } from './life/in-process.ts';
import { blockSnapshot, blockSnapshotBeside, must, run } from './programs.ts';
import { deviceNames, leftovers, loopDevices } from './state.ts';
import { stopAt } from './stopped-calls.ts';
import { callsFrom, callsUnderLock, distinctWorlds } from './system-calls.ts';

/** A second node of a block device. */
function secondNode(device: string, path: string): string {
  const [major = '', minor = ''] = must('stat', '-L', '-c', '%Hr %Lr', device).split(' ');
  must('mknod', path, 'b', major, minor);
  return path;
}

function refusedFor(test: Test, pattern: RegExp, type: 'snapshot' | 'origin', ...images: string[]): void {
  const before = leftovers();
  test.match(
    messageOf(() => prepareHere(type, ...images)),
    pattern,
    `${type} of ${images.join(':')}`,
  );
  test.same(leftovers(), before, 'nothing is changed');
}

check('a block device by another node is no second base', (test, template) => {
  const loop = must('losetup', '-f', '--show', template.root);
  const node = secondNode(loop, join(template.folder, 'node.img'));
  const origin = prepareHere('origin', loop, template.rootCow);
  for (const name of [node, template.root])
    for (const type of ['origin', 'snapshot'] as const)
      refusedFor(
        test,
        new RegExp(`is in use by another name, ${origin}: give ${loop}$`),
        type,
        name,
        template.vm1,
      );
  const link = `/dev/block/${must('stat', '-L', '-c', '%Hr:%Lr', loop)}`;
  for (const name of [node, template.root])
    test.match(
      messageOf(() => commitHere(name)),
      'in use by another name',
      `no commit of ${name}`,
    );
  if (existsSync(link))
    test.equal(prepareHere('origin', link, template.rootCow), origin, 'a link is no other node');
  cleanupHere('origin', origin);
  cleanupHere('origin', prepareHere('origin', node, template.rootCow));
  must('losetup', '-d', loop);
});

check('an image and its loop devices are one base', (test, template) => {
  const top = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  const [loop] = loopDevices().filter(({ file }) => file === template.root);
  const other = must('losetup', '-f', '--show', template.root);
  for (const name of [`/dev/${loop?.name}`, other, secondNode(other, join(template.folder, 'node'))])
    for (const type of ['origin', 'snapshot'] as const)
      refusedFor(
        test,
        new RegExp(`in use by another name.*give ${template.root}$`),
        type,
        name,
        template.vm2,
      );
  must('losetup', '-d', other);
  cleanupHere('snapshot', top);
});

check('a cow by another name is the same cow, and no base', (test, template) => {
  const top = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  const [loop] = loopDevices().filter(({ file }) => file === template.vm1);
  const other = makeTemplate();
  for (const name of [template.vm1, `/dev/${loop?.name}`]) {
    refusedFor(test, /is in use already: \S+ carries dm-/, 'snapshot', other.root, other.rootCow, name);
    refusedFor(test, /is in use by another name, \/dev\/mapper\/snapshot-/, 'snapshot', name, other.vm1);
  }
  refusedFor(
    test,
    /are the same file/,
    'snapshot',
    template.root,
    template.rootCow,
    template.vm1,
    `/dev/${loop?.name}`,
  );
  removeTemplate(other);
  cleanupHere('snapshot', top);
});

check('a device of ours is neither base nor cow, by any of its names', (test, template) => {
  const first = prepareHere('snapshot', template.root, template.rootCow);
  const kernelName = must('dmsetup', 'info', '-c', '--noheadings', '-o', 'blkdevname', first);
  const node = secondNode(first, join(template.folder, 'node'));
  const wanted = /was made of other images: give those, and one more cow, BASE:COW:COW2/;
  for (const name of [first, node, ...(existsSync(`/dev/${kernelName}`) ? [`/dev/${kernelName}`] : [])]) {
    refusedFor(test, wanted, 'snapshot', name, template.vm1);
    refusedFor(test, wanted, 'snapshot', template.root, name);
  }
  cleanupHere('snapshot', first);
});

check('links and mounts lead to the same device', (test, template) => {
  const other = newFolder();
  symlinkSync(template.root, join(other, 'link.img'));
  linkSync(template.root, join(other, 'hard.img'));
  const mount = join(other, 'mount');
  mkdirSync(mount);
  must('mount', '--bind', template.folder, mount);
  const node = prepareHere('snapshot', template.root, template.rootCow);
  for (const name of ['link.img', 'hard.img', 'mount/root.img'])
    test.equal(prepareHere('snapshot', join(other, name), template.rootCow), node, name);
  must('umount', mount);
  cleanupHere('snapshot', node);
});

check('a half-way revert is seen by whatever name the image is given', (test, template) => {
  const { root, rootCow, vm1 } = template;
  const other = newFolder();
  symlinkSync(root, join(other, 'link.img'));
  symlinkSync(template.folder, join(other, 'folder'));
  linkSync(root, join(other, 'hard.img'));
  const found = findTemplate(templateFiles(root));
  makeMark(found, 1);
  for (const name of ['link.img', 'folder/root.img', 'hard.img'])
    refusedFor(
      test,
      new RegExp(`half-way back to an earlier version \\(${rootCow}.reverting\\)`),
      'snapshot',
      join(other, name),
      vm1,
    );
  renameSync(root, join(other, 'moved.img'));
  refusedFor(test, /half-way back/, 'snapshot', join(other, 'moved.img'), vm1);
  renameSync(join(other, 'moved.img'), root);
  removeMark(found);
  for (const name of ['link.img', 'hard.img'])
    cleanupHere('snapshot', prepareHere('snapshot', join(other, name), vm1));
});

check(
  'a commit follows links to the image and its cow, and its undo stays on their filesystem',
  (test, template) => {
    const { root, rootCow } = template;
    const folder = newFolder();
    symlinkSync(root, join(folder, 'root.img'));
    symlinkSync(rootCow, join(folder, 'root-cow.img'));
    rmSync(rootCow);
    const device = statSync(root).dev;
    runTemplate(join(folder, 'root.img'), join(folder, 'root-cow.img'), [0, 4096]);
    test.equal(commitHere(join(folder, 'root.img')).committed, true);
    test.equal(statSync(rootCow).dev, device);
    test.same(
      revisionsHere(root).map(({ path }) => path),
      [`${rootCow}.old`],
    );
    test.equal(must('readlink', join(folder, 'root-cow.img')), rootCow, 'the link is as it was');
    test.equal(
      must('readlink', join(folder, 'root-cow.img.old')),
      `${rootCow}.old`,
      'the undo is found beside it',
    );
    rmSync(join(folder, 'root-cow.img'));
    refusedFor(
      test,
      new RegExp(`is a link to ${root}: give that, and its own cow ${rootCow}`),
      'origin',
      join(folder, 'root.img'),
      join(folder, 'root-cow.img'),
    );
  },
);

checkLasting('nobody can open an image while a trim digs in it', async (test, { root }) => {
  makeImage(root, MEBIBYTE, 'random');
  must('dd', 'if=/dev/zero', `of=${root}`, 'bs=64k', 'seek=4', 'count=4', 'conv=notrunc', 'status=none');
  const [dig] = callsFrom(/^fallocate\(/, ['trim', root]);
  if (dig === undefined) throw new Error('it does not dig');
  must('dd', 'if=/dev/zero', `of=${root}`, 'bs=64k', 'seek=4', 'count=4', 'conv=notrunc', 'status=none');
  const trim = await stopAt(dig, ['trim', root]);
  test.ok(trim.stands);
  const opened = {
    status: run('timeout', ['1', 'dd', `if=${root}`, 'of=/dev/null', 'count=1', 'status=none']).status,
  };
  test.not(opened.status, 0, 'it waits');
  test.equal((await trim.goOn()).status, 0);
});

checkLasting(
  'of two starts at once on two templates, one gets a cow, and the other is refused by name',
  async (test, template) => {
    const other = makeTemplate();
    const under = [
      prepareHere('snapshot', template.root, template.rootCow),
      prepareHere('snapshot', other.root, other.rootCow),
    ];
    const volatile = join(template.folder, 'volatile.img');
    const stack = ({ root, rootCow }: Template) => ['prepare', 'snapshot', `${root}:${rootCow}:${volatile}`];
    makeImage(volatile, MEBIBYTE);
    const calls = distinctWorlds(callsUnderLock(stack(template)));
    takeDownTop(volatile);
    let stood = 0;
    for (const call of calls) {
      rmSync(volatile);
      makeImage(volatile, MEBIBYTE);
      const first = await stopAt(call, stack(template));
      if (first.stands) stood += 1;
      const second = blockSnapshotBeside(...stack(other));
      // It ends, or waits for a lock that the first one holds.
      await Promise.race([second, pause(400)]);
      const outcomes = [await first.goOn(), await second];
      const where = `${call.name} ${call.occurrence}`;
      test.same(outcomes.map(({ status }) => status).sort(), [0, 1], where);
      const loser = outcomes.find(({ status }) => status !== 0);
      test.match(loser?.stderr, `cow ${volatile} is in use already`, where);
      test.equal(loopDevices().filter(({ file }) => file === volatile).length, 1, where);
      takeDownTop(volatile);
    }
    test.ok(stood > calls.length / 2, `${stood} of ${calls.length} stood still`);
    for (const node of under) cleanupHere('snapshot', node);
    removeTemplate(other);
  },
);

/** Takes down the device whose cow is this. */
function takeDownTop(cow: string): void {
  const key = must('stat', '-c', '%D:%i', cow);
  for (const name of deviceNames().filter(device => device.endsWith(`-${key}`)))
    cleanupHere('snapshot', name);
}

checkLasting('a cow that is swapped for a link is not cut, attached or written', async (test, template) => {
  const { root, rootCow, folder, vm1 } = template;
  // A large store of another VM.
  const big = makeImage(join(folder, 'big.img'), 16 * MEBIBYTE);
  const victim = makeImage(join(folder, 'victim.img'), MEBIBYTE);
  const theirs = prepareHere('snapshot', big, victim);
  writeRandomAt(theirs, 0, 8 * MEBIBYTE);
  cleanupHere('snapshot', theirs);
  chmodSync(victim, 0o600);
  const before = [statSync(victim).size, hashOf(victim)];
  const under = prepareHere('snapshot', root, rootCow);
  const parameters = ['prepare', 'snapshot', `${root}:${rootCow}:${vm1}`];
  const calls = distinctWorlds(callsUnderLock(parameters));
  takeDownTop(vm1);
  for (const call of calls) {
    rmSync(vm1);
    makeImage(vm1, MEBIBYTE);
    const key = must('stat', '-c', '%D:%i', vm1);
    const command = await stopAt(call, parameters);
    const kept = join(folder, 'kept');
    renameSync(vm1, kept);
    symlinkSync(victim, vm1);
    const { status, stdout } = await command.goOn();
    const where = `${call.name} ${call.occurrence}`;
    // Either it had its cow by then, or it took the other one as what the name means now, or it refuses.
    const took = loopDevices().map(({ file }) => file);
    if (status === 0 && stdout.trimEnd().endsWith(`-${key}`)) test.ok(took.includes(kept), where);
    test.same([statSync(victim).size, hashOf(victim)], before, `${where}: nothing of the other's is changed`);
    for (const name of deviceNames().filter(device => device.split('-').length === 4))
      cleanupHere('snapshot', name);
    rmSync(vm1);
    renameSync(kept, vm1);
  }
  cleanupHere('snapshot', under);
  test.equal(
    blockSnapshot('prepare', 'snapshot', `${big}:${victim}`).status,
    0,
    'the store is as good as it was',
  );
  cleanupHere('snapshot', prepareHere('snapshot', big, victim));
});
