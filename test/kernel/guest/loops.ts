import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { basename, join } from 'node:path';
import { check } from './checks.ts';
import { hashOf, MEBIBYTE, makeImage, statKey, writeRandomAt } from './images.ts';
import { cleanupHere, prepareHere } from './in-process.ts';
import { blockSnapshot, must } from './programs.ts';
import { deviceNames, loopDevices, tableLine } from './state.ts';

check('loop devices are read-write and clear themselves', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  for (const { name } of loopDevices()) {
    test.equal(readFileSync(`/sys/block/${name}/loop/autoclear`, 'utf8'), '1\n');
    test.equal(readFileSync(`/sys/block/${name}/ro`, 'utf8'), '0\n');
  }
  cleanupHere('snapshot', node);
});

check('loop devices go through the page cache unless direct I/O is asked for', (test, template) => {
  const mount = onFilesystem(template.folder);
  const root = makeImage(join(mount, 'root.img'), 4 * MEBIBYTE, 'random');
  const node = prepareHere('snapshot', root, join(mount, 'root-cow.img'));
  for (const { name, file } of loopDevices().filter(loop => loop.file.startsWith(`${mount}/`)))
    test.equal(readFileSync(`/sys/block/${name}/loop/dio`, 'utf8'), '0\n', file);
  test.equal(hashOf(node), hashOf(root));
  cleanupHere('snapshot', node);
  must('umount', mount);
});

check('an immutable base serves VMs read-only, and no origin', (test, template) => {
  const mount = onFilesystem(template.folder);
  const [root, cow] = [join(mount, 'root.img'), join(mount, 'root-cow.img')];
  makeImage(root, 4 * MEBIBYTE, 'random');
  must('chattr', '+i', root);
  const node = prepareHere('snapshot', root, cow);
  test.equal(hashOf(node), hashOf(root));
  cleanupHere('snapshot', node);
  test.match(blockSnapshot('prepare', 'origin', `${root}:${cow}`), {
    status: 1,
    stderr: `base ${root} cannot be written (EPERM), and an origin has to`,
  });
  must('chattr', '-i', root);
  must('umount', mount);
});

check('a base that is a read-only block device gets no origin', (test, template) => {
  const loop = must('losetup', '-r', '-f', '--show', template.root);
  test.match(blockSnapshot('prepare', 'origin', `${loop}:${template.rootCow}`), {
    status: 1,
    stderr: `base ${loop} is a block device that cannot be written`,
  });
  must('losetup', '-d', loop);
});

/** Mounts an ext4 filesystem that lies in a file of the folder. @returns where */
function onFilesystem(folder: string): string {
  const image = join(folder, 'filesystem.img');
  const mount = join(folder, 'filesystem');
  makeImage(image, 64 * MEBIBYTE);
  must('mkfs.ext4', '-q', '-b', '4096', image);
  mkdirSync(mount);
  must('mount', '-o', 'loop', image, mount);
  return mount;
}

check(
  'a base on a read-only filesystem serves a snapshot, and is refused for an origin',
  (test, template) => {
    const mount = onFilesystem(template.folder);
    const root = makeImage(join(mount, 'root.img'), 4 * MEBIBYTE, 'random');
    const hash = hashOf(root);
    must('mount', '-o', 'remount,ro', mount);
    const node = prepareHere('snapshot', root, template.rootCow);
    test.equal(hashOf(node), hash);
    const onAttached = blockSnapshot('prepare', 'origin', `${root}:${template.rootCow}`);
    test.equal(onAttached.status, 1);
    test.match(onAttached.stderr, `base ${root} is attached read-only`);
    cleanupHere('snapshot', node);
    const cold = blockSnapshot('prepare', 'origin', `${root}:${template.rootCow}`);
    test.equal(cold.status, 1);
    test.match(cold.stderr, `base ${root} is on a read-only filesystem: an origin has to write to it`);
    const cow = blockSnapshot('prepare', 'snapshot', `${template.root}:${root}`);
    test.equal(cow.status, 1);
    test.match(cow.stderr, `cow ${root} is on a read-only filesystem`);
    test.same(deviceNames(), []);
    must('umount', mount);
  },
);

check('a loop device that somebody else set up is used, and not torn down', (test, template) => {
  const foreign = must('losetup', '-f', '--show', template.root);
  const node = prepareHere('snapshot', template.root, template.rootCow);
  test.match(tableLine(deviceNames()[0] ?? ''), ` snapshot ${must('stat', '-c', '%Hr:%Lr', foreign)} `);
  test.equal(loopDevices().length, 2);
  cleanupHere('snapshot', node);
  test.same(
    loopDevices().map(loop => loop.file),
    [template.root],
  );
  must('losetup', '-d', foreign);
});

check('of two loop devices on a base, the one that carries devices is used', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow);
  const second = must('losetup', '-f', '--show', template.root);
  const origin = prepareHere('origin', template.root, template.rootCow);
  test.notMatch(tableLine(deviceNames()[0] ?? ''), must('stat', '-c', '%Hr:%Lr', second));
  const other = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  cleanupHere('snapshot', other);
  cleanupHere('origin', origin);
  cleanupHere('snapshot', node);
  must('losetup', '-d', second);
});

check('a loop device on a part of the base is refused', (test, template) => {
  const part = must('losetup', '-f', '--show', '-o', '4096', template.root);
  const { status, stderr } = blockSnapshot('prepare', 'snapshot', `${template.root}:${template.rootCow}`);
  test.equal(status, 1);
  test.match(stderr, `base ${template.root} is attached to ${part} with an offset or a size limit`);
  must('losetup', '-d', part);
});

check(
  'a loop device with direct I/O goes on through the page cache where that is not known to be safe',
  (test, template) => {
    const usesDirectIo = (loop: string) =>
      readFileSync(`/sys/block/${basename(loop)}/loop/dio`, 'utf8').trim() === '1';
    const attach = (path: string) => must('losetup', '--direct-io=on', '-f', '--show', path);
    const mount = onFilesystem(template.folder);
    const safe = makeImage(join(mount, 'root.img'), 4 * MEBIBYTE, 'random');
    for (const { root, cow, stays } of [
      { root: template.root, cow: template.rootCow, stays: false },
      { root: safe, cow: join(mount, 'root-cow.img'), stays: true },
    ]) {
      const loops = [root, cow].map(path => attach(existsSync(path) ? path : makeImage(path, 4 * MEBIBYTE)));
      test.same(loops.map(usesDirectIo), [true, true], `${root} is attached with direct I/O`);
      const node = prepareHere('snapshot', root, cow);
      test.same(loops.map(usesDirectIo), [stays, stays], `${root} and its cow`);
      test.equal(hashOf(node), hashOf(root));
      cleanupHere('snapshot', node);
      for (const loop of loops) must('losetup', '-d', loop);
      const given = attach(root);
      const onGiven = prepareHere('snapshot', given, template.vm1);
      test.equal(usesDirectIo(given), stays, `${given}, which is given as the base`);
      cleanupHere('snapshot', onGiven);
      must('losetup', '-d', given);
      rmSync(template.vm1);
      makeImage(template.vm1, 4 * MEBIBYTE);
    }
    must('umount', mount);
  },
);

check(
  'a loop device with other sectors than VMs see is refused, and used on where VMs have it',
  (test, template) => {
    const { root, rootCow, vm1 } = template;
    const loop = must('losetup', '--sector-size', '4096', '-f', '--show', root);
    const what = `base ${root} is attached to ${loop} with sectors of 4096 bytes, where VMs see 512`;
    test.same(blockSnapshot('prepare', 'snapshot', `${root}:${rootCow}`), {
      status: 1,
      stdout: '',
      stderr: `block-snapshot: ${what}: detach it (losetup -d ${loop}) and try again\n`,
    });
    test.same(deviceNames(), []);
    const cow = must('losetup', '-f', '--show', rootCow);
    const first = `snapshot-${statKey(root)}-${statKey(rootCow)}`;
    must('dmsetup', 'create', first, '--table', `0 8192 snapshot ${loop} ${cow} P 256`);
    const { status, stdout, stderr } = blockSnapshot('prepare', 'snapshot', `${root}:${rootCow}:${vm1}`);
    test.equal(status, 0);
    test.match(stderr, `${what}: it is attached anew when no VM uses it any more`);
    cleanupHere('snapshot', stdout.trimEnd());
    for (const node of [loop, cow]) must('losetup', '-d', node);
  },
);

check("a read-only loop device on a cow is somebody's look, and not used", (test, template) => {
  const readOnly = must('losetup', '-f', '-r', '--show', template.rootCow);
  const node = prepareHere('snapshot', template.root, template.rootCow);
  test.equal(hashOf(node), template.hash);
  must('losetup', '-d', readOnly);
  test.equal(loopDevices().length, 2);
  cleanupHere('snapshot', node);
});

check('a cow that another stack uses is refused', (test, template) => {
  const other = makeImage(join(template.folder, 'other.img'), 4 * MEBIBYTE, 'random');
  const node = prepareHere('snapshot', template.root, template.rootCow);
  const { status, stderr } = blockSnapshot('prepare', 'snapshot', `${other}:${template.rootCow}`);
  test.equal(status, 1);
  test.match(stderr, `cow ${template.rootCow} is in use already`);
  cleanupHere('snapshot', node);
});

check(
  'a template that has grown shows its new size to new versions, and its old to the running ones',
  (test, template) => {
    const old = prepareHere('snapshot', template.root, template.rootCow);
    truncateSync(template.root, 6 * MEBIBYTE);
    writeRandomAt(template.root, 4 * MEBIBYTE, 2 * MEBIBYTE);
    const newCow = makeImage(join(template.folder, 'new-cow.img'), 4 * MEBIBYTE);
    const grown = prepareHere('snapshot', template.root, newCow);
    test.equal(must('blockdev', '--getsize64', grown), String(6 * MEBIBYTE));
    test.equal(hashOf(grown), hashOf(template.root));
    test.equal(prepareHere('snapshot', template.root, template.rootCow), old);
    test.equal(must('blockdev', '--getsize64', old), String(4 * MEBIBYTE));
    cleanupHere('snapshot', old);
    cleanupHere('snapshot', grown);
  },
);
