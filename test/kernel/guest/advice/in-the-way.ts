// What is advised where somebody has a disk, a lock or a device for himself, and what people are told to look at.
import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { check, checkLasting } from '../checks.ts';
import { MEBIBYTE, makeImage, statKey, type Template } from '../images.ts';
import { prepareHere } from '../in-process.ts';
import { blockSnapshot, must, mustCleanup, mustPrepare, run } from '../programs.ts';
import { loopDevices } from '../state.ts';
import { follow } from './follow.ts';

const stackOf = ({ root, rootCow, vm1 }: Template) => [root, rootCow, vm1].join(':');

check('an image that is swapped to: switched off as advised, VMs start', (test, template) => {
  must('mkswap', template.root);
  const loop = must('losetup', '-f', '--show', template.root);
  must('swapon', loop);
  const { status, stderr } = blockSnapshot('prepare', 'snapshot', stackOf(template));
  test.equal(status, 1);
  test.match(follow(stderr, 'swapoff'), { status: 0 });
  mustCleanup('snapshot', mustPrepare('snapshot', ...stackOf(template).split(':')));
  must('losetup', '-d', loop);
});

check("an image under somebody's device: removed as advised, an origin starts", (test, template) => {
  const { root, rootCow } = template;
  const loop = must('losetup', '-f', '--show', root);
  must('dmsetup', 'create', 'somebodys', '--table', `0 8192 linear ${loop} 0`);
  must('mkfs.ext4', '-q', '-F', '/dev/mapper/somebodys');
  const { status, stderr } = blockSnapshot('trim', root);
  test.equal(status, 1);
  test.match(follow(stderr, 'dmsetup remove'), { status: 0 });
  must('losetup', '-d', loop);
  mustCleanup('origin', mustPrepare('origin', root, rootCow));
});

check('a loop device in use whose node is lost: made anew as advised, VMs start', (test, template) => {
  const { root, rootCow, vm1 } = template;
  const node = prepareHere('snapshot', root, rootCow);
  const lost = `/dev/${loopDevices().find(({ file }) => file === root)?.name}`;
  rmSync(lost);
  const { status, stderr } = blockSnapshot('prepare', 'snapshot', `${root}:${rootCow}:${vm1}`);
  test.equal(status, 1);
  test.match(follow(stderr, 'mknod'), { status: 0 });
  const second = mustPrepare('snapshot', root, rootCow, vm1);
  mustCleanup('snapshot', second);
  test.equal(run('test', ['-b', node]).status, 1, 'all of it is gone');
});

checkLasting('a lock that another command holds: fuser, as advised, tells which', async (test, template) => {
  mustCleanup('snapshot', mustPrepare('snapshot', ...stackOf(template).split(':')));
  const lock = `/run/block-snapshot/${statKey(template.root)}.lock`;
  const holder = spawn('flock', [lock, 'sh', '-c', 'echo; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise(resolve => holder.stdout.once('data', resolve));
  const { status, stderr } = blockSnapshot('prepare', 'snapshot', stackOf(template));
  test.equal(status, 1);
  const told = follow(stderr, 'fuser');
  test.match(told, { status: 0 });
  for (const pid of told.said.match(/\d+/g) ?? []) run('kill', [pid]);
  holder.kill();
  mustCleanup('snapshot', mustPrepare('snapshot', ...stackOf(template).split(':')));
});

check('a base that is a read-only block device: blockdev, as advised, says so', (test, template) => {
  const loop = must('losetup', '-r', '-f', '--show', template.root);
  const { stderr } = blockSnapshot('prepare', 'origin', `${loop}:${template.rootCow}`);
  test.match(follow(stderr, 'blockdev --getro'), { status: 0, said: '1\n' });
  must('losetup', '-d', loop);
});

/** An ext4 filesystem of its own. @returns where it is mounted */
function onExt4(folder: string): string {
  const mount = `${folder}/ext4`;
  makeImage(`${folder}/filesystem.img`, 64 * MEBIBYTE);
  must('mkfs.ext4', '-q', '-b', '4096', `${folder}/filesystem.img`);
  must('mkdir', mount);
  must('mount', '-o', 'loop', `${folder}/filesystem.img`, mount);
  return mount;
}

check('a base that VMs have read-only: list, as advised, shows them', (test, template) => {
  const mount = onExt4(template.folder);
  const root = makeImage(`${mount}/root.img`, 4 * MEBIBYTE, 'random');
  must('mount', '-o', 'remount,ro', mount);
  const node = mustPrepare('snapshot', root, template.rootCow);
  const { status, stderr } = blockSnapshot('prepare', 'origin', `${root}:${template.rootCow}`);
  test.equal(status, 1);
  test.match(follow(stderr, 'block-snapshot list'), { status: 0, said: 'root.img' });
  mustCleanup('snapshot', node);
  must('umount', mount);
});

check('a folder in which no cow can be made: mended as lsattr shows, it is made', (test, template) => {
  const mount = onExt4(template.folder);
  const root = makeImage(`${mount}/root.img`, 4 * MEBIBYTE, 'random');
  const start = () => blockSnapshot('prepare', 'snapshot', `${root}:${mount}/root-cow.img`);
  must('chattr', '+i', mount);
  const { status, stderr } = start();
  test.equal(status, 1);
  test.match(stderr, 'could not be made (EPERM)');
  test.match(follow(stderr, 'lsattr'), { status: 0, said: /^-+i-/ });
  must('chattr', '-i', mount);
  mustCleanup('snapshot', start().stdout.trim());
  must('umount', mount);
});

check(
  'a base that is immutable: lsattr, as advised, shows it, and an origin starts when it is not',
  (test, template) => {
    const mount = onExt4(template.folder);
    const root = makeImage(`${mount}/root.img`, 4 * MEBIBYTE, 'random');
    must('chattr', '+i', root);
    const start = () => blockSnapshot('prepare', 'origin', `${root}:${mount}/root-cow.img`);
    test.match(follow(start().stderr, 'lsattr'), { status: 0, said: /^-+i-/ });
    must('chattr', '-i', root);
    mustCleanup('origin', start().stdout.trim());
    must('umount', mount);
  },
);

check('a cow that another stack uses: dmsetup ls, as advised, shows it', (test, template) => {
  const other = makeImage(`${template.folder}/other.img`, 4 * MEBIBYTE, 'random');
  const node = mustPrepare('snapshot', template.root, template.vm1);
  const { stderr } = blockSnapshot('prepare', 'snapshot', `${other}:${template.vm1}`);
  test.match(follow(stderr, 'dmsetup ls'), { status: 0, said: node.slice('/dev/mapper/'.length) });
  mustCleanup('snapshot', node);
});

check('what people are told to look with is there, and answers', (test, template) => {
  const node = mustPrepare('snapshot', template.root, template.rootCow);
  const name = node.slice('/dev/mapper/'.length);
  const descriptor = openSync(node, 'r');
  for (const command of [
    ['dmsetup', 'ls'],
    ['dmsetup', 'info', name],
    ['dmsetup', 'mknodes'],
    ['losetup', '-l'],
    ['lsblk', node],
    ['fuser', '-v', node],
  ])
    test.equal(run(command[0] ?? '', command.slice(1)).status, 0, command.join(' '));
  closeSync(descriptor);
  mustCleanup('snapshot', node);
});
