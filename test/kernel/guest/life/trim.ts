import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { requireImage } from '../../../../src/devices/kernel/images.ts';
import { operationLock } from '../../../../src/devices/operations.ts';
import { withOperation } from '../../../../src/templates/operation-lock.ts';
import { check, checkLasting } from '../checks.ts';
import { allocatedBytes, hashOf, MEBIBYTE, type Template } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { blockSnapshot, blockSnapshotBeside, executable, must, run } from '../programs.ts';
import { callsFrom } from '../system-calls.ts';
import { commitHere, refusalOf, revertHere, trimHere } from './in-process.ts';

/** Zeros in the image itself, as what a template has freed and filled with zeros. */
function writeZeros({ root }: Template, position: number, length: number): void {
  const descriptor = openSync(root, 'r+');
  writeSync(descriptor, Buffer.alloc(length), 0, length, position);
  closeSync(descriptor);
}

checkLasting('trim gives blocks of zeros back, and changes no byte', async (test, template) => {
  writeZeros(template, 0, 8192);
  writeZeros(template, MEBIBYTE - 100, MEBIBYTE);
  writeZeros(template, 4 * MEBIBYTE - 4096, 4096);
  const hash = hashOf(template.root);
  const before = allocatedBytes(template.root);
  const { freed, allocated } = await trimHere(template.root);
  // The ones that are whole: two, those of the mebibyte but for its two broken ends, and one.
  test.equal(freed, (2 + 255 + 1) * 4096);
  test.equal(allocated, before - freed);
  test.equal(allocatedBytes(template.root), allocated);
  test.equal(hashOf(template.root), hash);
  test.match(await trimHere(template.root), { freed: 0, allocated });
});

checkLasting('a revision can be reverted after a trim', async (test, template) => {
  const { root, rootCow } = template;
  const origin = prepareHere('origin', root, rootCow);
  const descriptor = openSync(origin, 'r+');
  writeSync(descriptor, Buffer.alloc(2 * MEBIBYTE), 0, 2 * MEBIBYTE, 0);
  closeSync(descriptor);
  cleanupHere('origin', origin);
  commitHere(root);
  test.equal((await trimHere(root)).freed, 2 * MEBIBYTE);
  await revertHere(root);
  test.equal(hashOf(root), template.hash);
});

checkLasting(
  'trim is refused while the template or a VM uses it, or anybody has it open',
  async (test, template) => {
    const { root, rootCow } = template;
    writeZeros(template, 0, MEBIBYTE);
    const before = allocatedBytes(root);
    const refused = async (reason: string | RegExp) => {
      test.match(await refusalOf(() => trimHere(root)), reason);
      test.equal(allocatedBytes(root), before);
    };
    const origin = prepareHere('origin', root, rootCow);
    await refused(`template ${root} is running`);
    cleanupHere('origin', origin);
    const vm = prepareHere('snapshot', root, rootCow, template.vm1);
    await refused(`template ${root} has a snapshot that nobody has open`);
    cleanupHere('snapshot', vm);
    const loop = must('losetup', '-f', '--show', root);
    await refused(`template ${root} is attached to ${loop}: detach it first`);
    must('losetup', '-d', loop);
    const reader = openSync(root, 'r');
    await refused(`template ${root} is open in another program`);
    readSync(reader, Buffer.alloc(1));
    closeSync(reader);
    const device = must('losetup', '-f', '--show', template.vm2);
    const link = `${template.folder}/device.img`;
    must('ln', '-s', device, link);
    test.match(await refusalOf(() => trimHere(link)), `template ${link} is a block device`);
    must('losetup', '-d', device);
  },
);

check('an answer of the kernel about a lease that nobody expects is no "not open"', (test, template) => {
  const { root } = template;
  writeZeros(template, 0, MEBIBYTE);
  const lease = callsFrom(/^fcntl\(\d+, F_SETLEASE, F_WRLCK/, ['trim', root])[0];
  if (lease === undefined) throw new Error('no lease was asked for');
  writeZeros(template, 0, MEBIBYTE);
  const before = allocatedBytes(root);
  const reader = openSync(root, 'r');
  for (const error of ['EINVAL', 'EIO', 'ENOLCK', 'EPERM']) {
    const failing = `inject=fcntl:error=${error}:when=${lease.occurrence}`;
    const trace = ['-qq', '-o', '/run/lab/lease', '-e', 'trace=fcntl', '-e', failing];
    const { status, stderr } = run('strace', [...trace, executable(), 'trim', root]);
    test.match(readFileSync('/run/lab/lease', 'utf8'), /F_SETLEASE, F_WRLCK\) .*INJECTED/);
    test.equal(status, 1, error);
    test.match(stderr, new RegExp(`template ${root} is open in .*\\[${process.pid}\\]: end that first`));
    test.equal(allocatedBytes(root), before);
  }
  closeSync(reader);
});

check('the program says how much it gave back', (test, template) => {
  writeZeros(template, 0, MEBIBYTE);
  const { status, stdout, stderr } = blockSnapshot('trim', template.folder);
  test.same([status, stderr], [0, '']);
  test.equal(stdout, `${template.root}: 1.0 MiB given back, it takes 3.0 MiB now\n`);
  test.match(JSON.parse(blockSnapshot('trim', template.folder, '--json').stdout), {
    freed: 0,
    allocated: 3 * MEBIBYTE,
  });
});

checkLasting(
  'nothing starts on a template while it is trimmed, and a second trim does not either',
  async (test, template) => {
    const { root, rootCow } = template;
    await withOperation(requireImage({ role: 'template', path: root }), 'a trim', async () => {
      const running = `block-snapshot: a trim of ${root} (process ${process.pid}) is running: wait until it is done\n`;
      for (const command of [
        ['prepare', 'snapshot', `${root}:${rootCow}`],
        ['prepare', 'origin', `${root}:${rootCow}`],
        ['trim', root],
        ['commit', root],
      ])
        test.same(
          await blockSnapshotBeside(...command),
          { status: 1, stdout: '', stderr: running },
          command.join(' '),
        );
    });
    cleanupHere('snapshot', prepareHere('snapshot', root, rootCow));
  },
);

check('the lock that a killed operation has left is no hindrance', (test, template) => {
  const { root, rootCow } = template;
  const lock = operationLock(requireImage({ role: 'template', path: root }).disk);
  mkdirSync(lock, { recursive: true });
  const prepared = () => {
    const { status, stdout } = blockSnapshot('prepare', 'snapshot', `${root}:${rootCow}`);
    test.equal(status, 0);
    test.notOk(existsSync(lock), 'it is gone');
    cleanupHere('snapshot', stdout.trimEnd());
  };
  utimesSync(lock, 1000, 1000);
  prepared();
  // The clock was set back since.
  mkdirSync(lock);
  utimesSync(lock, 2_000_000_000, 2_000_000_000);
  writeFileSync(lock.replace(/\.lock$/, ''), `a trim of ${root} (process 999999)\n`);
  prepared();
});
