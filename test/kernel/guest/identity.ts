// What was found is what is locked, opened and used, also where another name or another moment leads elsewhere.
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LOCK_FOLDER, tryLockFile } from '../../../src/devices/kernel/lock-file.ts';
import { prepare } from '../../../src/devices/prepare.ts';
import { parseStackRequest } from '../../../src/devices/request/stack-request.ts';
import { check, checkLasting } from './checks.ts';
import { hashOf, makeImage, statKey } from './images.ts';
import { cleanupHere, prepareHere } from './in-process.ts';
import { messageOf } from './life/in-process.ts';
import { must } from './programs.ts';
import { stopAt } from './stopped-calls.ts';

check(
  'a base that two loop devices carry is in use through two block devices, and refused',
  (test, template) => {
    const node = prepareHere('snapshot', template.root, template.rootCow);
    const second = must('losetup', '-f', '--show', template.root);
    must('dmsetup', 'create', 'foreign', '--table', `0 8 linear ${second} 0`);
    test.match(
      messageOf(() => prepareHere('snapshot', template.root, template.vm2)),
      `base ${template.root} is in use through two loop devices`,
    );
    must('dmsetup', 'remove', 'foreign');
    must('losetup', '-d', second);
    cleanupHere('snapshot', node);
  },
);

check(
  'a base whose loop device cannot be asked is never used through two block devices',
  (test, template) => {
    const origin = prepareHere('origin', template.root, template.rootCow);
    // Its loop device is known by a path that leads into a folder which somebody has mounted something of his over.
    const elsewhere = join('/run/lab', 'elsewhere');
    mkdirSync(elsewhere, { recursive: true });
    must('mount', '--bind', template.folder, elsewhere);
    must('mount', '-t', 'hostfs', '-o', '/usr', 'none', template.folder);
    test.match(
      messageOf(() => prepareHere('snapshot', join(elsewhere, 'root.img'), join(elsewhere, 'vm2-cow.img'))),
      `base ${elsewhere}/root.img is in use through two block devices`,
    );
    must('umount', template.folder);
    must('umount', elsewhere);
    cleanupHere('origin', origin);
  },
);

check('the cow of which something is made is locked until it is made', (test, template) => {
  const lock = `${LOCK_FOLDER}/${statKey(template.rootCow)}.lock`;
  let taken: unknown = 'not asked';
  const { node } = prepare(parseStackRequest('snapshot', `${template.root}:${template.rootCow}`), {
    ready: () => {
      taken = tryLockFile(lock);
    },
  });
  test.equal(taken, undefined, 'nobody else gets its lock');
  cleanupHere('snapshot', node);
});

checkLasting('a base that is replaced while its lock is waited for is found anew', async (test, template) => {
  const { root, rootCow, folder } = template;
  const fresh = makeImage(join(folder, 'fresh.img'), statSync(root).size, 'random');
  const start = ['prepare', 'snapshot', `${root}:${rootCow}`];
  const starting = await stopAt({ name: 'flock', occurrence: 1, line: 'flock(' }, start);
  test.ok(starting.stands, 'it has found the base, and asks for its lock');
  renameSync(fresh, root);
  const { status, stdout, stderr } = await starting.goOn();
  test.equal(status, 0, stderr);
  const node = `/dev/mapper/snapshot-${statKey(root)}-${statKey(rootCow)}`;
  test.equal(stdout.trim(), node);
  test.equal(hashOf(node), hashOf(root));
  cleanupHere('snapshot', node);
});
