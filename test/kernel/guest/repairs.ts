import { existsSync, symlinkSync, unlinkSync } from 'node:fs';
import { prepare } from '../../../src/devices/prepare.ts';
import { parseStackRequest } from '../../../src/devices/request/stack-request.ts';
import { Refusal } from '../../../src/words/refusal.ts';
import { check } from './checks.ts';
import { CHUNK_BYTES, hashOf, statKey, type Template, writeRandomAt } from './images.ts';
import { cleanupHere, prepareHere } from './in-process.ts';
import { blockSnapshot, executable, kernel, must, mustCleanup, mustPrepare, run } from './programs.ts';
import { deviceNames, fingerprint, tableLine } from './state.ts';

/** The names of a template's first layer, of the disk of its first VM, and of its origin. */
function namesOf(template: Template): { first: string; top: string; origin: string } {
  const [base, cow, cow2] = [template.root, template.rootCow, template.vm1].map(statKey);
  return {
    first: `snapshot-${base}-${cow}`,
    top: `snapshot-${base}-${cow}-${cow2}`,
    origin: `origin-${base}`,
  };
}

/** A first layer of which only the table is loaded, as a command killed before the resume leaves it. */
function leaveLoaded(template: Template): void {
  const { first } = namesOf(template);
  const base = must('losetup', '-f', '--show', template.root);
  const cow = must('losetup', '-f', '--show', template.rootCow);
  must('dmsetup', 'create', first, '--notable');
  must('dmsetup', 'load', first, '--table', `0 8192 snapshot ${base} ${cow} P 256`);
  // They clear themselves once the table lets them go.
  for (const loop of [base, cow]) must('losetup', '-d', loop);
}

check('a device that was created and has no table is finished', (test, template) => {
  const { first, top } = namesOf(template);
  for (const name of [first, top]) must('dmsetup', 'create', name, '--notable');
  const node = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  test.equal(hashOf(node), template.hash);
  test.match([tableLine(first), tableLine(top)], [/ snapshot /, / snapshot /]);
  cleanupHere('snapshot', node);
});

check('a device whose table was loaded and never made live is finished', (test, template) => {
  leaveLoaded(template);
  const node = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  test.equal(hashOf(node), template.hash);
  cleanupHere('snapshot', node);
});

check('cleanup takes down what a killed prepare has left of a stack', (test, template) => {
  const { first, top } = namesOf(template);
  leaveLoaded(template);
  test.equal(cleanupHere('snapshot', top), '');
  test.same(deviceNames(), []);
  must('dmsetup', 'create', first, '--notable');
  test.equal(cleanupHere('snapshot', first), '');
});

check('an origin that was left without a table is made anew, or goes', (test, template) => {
  const { origin } = namesOf(template);
  must('dmsetup', 'create', origin, '--notable');
  const node = prepareHere('origin', template.root, template.rootCow);
  test.match(tableLine(origin), / snapshot-origin /);
  cleanupHere('origin', node);
  must('dmsetup', 'create', origin, '--notable');
  cleanupHere('origin', node);
});

check(
  'an origin that was left suspended goes on at the next command on its base, whichever it is',
  (test, template) => {
    const origin = prepareHere('origin', template.root, template.rootCow);
    const suspended = () => kernel.deviceTable(namesOf(template).origin)?.suspended;
    must('dmsetup', 'suspend', '--nolockfs', origin);
    test.equal(suspended(), true);
    const node = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
    test.equal(suspended(), false, 'prepare resumes it');
    must('dmsetup', 'suspend', '--nolockfs', origin);
    cleanupHere('snapshot', node);
    test.equal(suspended(), false, 'cleanup resumes it');
    cleanupHere('origin', origin);
  },
);

check('a snapshot that was left suspended is resumed', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  must('dmsetup', 'suspend', '--nolockfs', node);
  test.equal(prepareHere('snapshot', template.root, template.rootCow, template.vm1), node);
  const { suspended } = kernel.deviceTable(node.slice('/dev/mapper/'.length)) ?? {};
  test.equal(suspended, false);
  // Whoever read from one that is suspended would wait for ever.
  if (suspended === false) test.equal(hashOf(node), template.hash);
  cleanupHere('snapshot', node);
});

check('a node that is missing under a disk is made, too', (test, template) => {
  const { first, top } = namesOf(template);
  const stack = [template.root, template.rootCow, template.vm1] as const;
  const node = prepareHere('snapshot', ...stack);
  for (const name of [first, top]) unlinkSync(`/dev/mapper/${name}`);
  test.equal(prepareHere('snapshot', ...stack), node);
  test.same(
    [first, top].map(name => existsSync(`/dev/mapper/${name}`)),
    [true, true],
  );
  unlinkSync(`/dev/mapper/${first}`);
  const origin = prepareHere('origin', template.root, template.rootCow);
  test.ok(existsSync(`/dev/mapper/${first}`), 'by the start of the template as well');
  cleanupHere('snapshot', node);
  cleanupHere('origin', origin);
});

check('nodes of devices that a killed command has removed go with the next', (test, template) => {
  const { first, top, origin } = namesOf(template);
  const exist = () => [first, top, origin].filter(name => existsSync(`/dev/mapper/${name}`));
  cleanupHere('origin', prepareHere('origin', template.root, template.rootCow));
  for (const name of [first, origin]) must('mknod', `/dev/mapper/${name}`, 'b', '254', '200');
  cleanupHere('origin', origin);
  test.same(exist(), []);
  for (const name of [first, top]) must('mknod', `/dev/mapper/${name}`, 'b', '254', '200');
  cleanupHere('snapshot', top);
  test.same(exist(), []);
});

check('a node that is missing is made', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow);
  unlinkSync(node);
  prepareHere('snapshot', template.root, template.rootCow);
  test.ok(existsSync(node));
  cleanupHere('snapshot', node);
});

check('a node that leads nowhere is made anew by the small program', (test, template) => {
  const node = mustPrepare('snapshot', template.root, template.rootCow);
  unlinkSync(node);
  symlinkSync('/dev/none', node);
  mustPrepare('snapshot', template.root, template.rootCow);
  test.equal(hashOf(node), template.hash);
  mustCleanup('snapshot', node);
});

check('a second table behind the live one is refused', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow);
  must('dmsetup', 'load', node, '--table', '0 8192 error');
  const { status, stderr } = blockSnapshot('prepare', 'snapshot', `${template.root}:${template.rootCow}`);
  test.equal(status, 1);
  test.match(
    stderr,
    `${node} is being changed: a second table is loaded; resume it or drop it (dmsetup clear `,
  );
  must('dmsetup', 'clear', node);
  cleanupHere('snapshot', node);
});

check('a name that is taken by another table is refused, and what has it is left alone', (test, template) => {
  const { first, top, origin } = namesOf(template);
  const foreign = (name: string, table: string, request: [string, string], reason: RegExp) => {
    must('dmsetup', 'create', name, '--table', table);
    const before = fingerprint();
    const { status, stdout, stderr } = blockSnapshot('prepare', ...request);
    test.same([status, stdout], [1, '']);
    test.match(stderr, reason);
    test.match(stderr, `dmsetup table ${name}`, 'it says where to look');
    const kind = name === origin ? 'origin' : 'snapshot';
    test.equal(blockSnapshot('cleanup', kind, name).status, 1, 'cleanup does not take it down either');
    test.equal(fingerprint(), before);
    must('dmsetup', 'remove', name);
  };
  const oneLayer: [string, string] = ['snapshot', `${template.root}:${template.rootCow}`];
  foreign(
    first,
    '0 8192 error',
    oneLayer,
    /is there with a table that is not what it should be \(it is not one persistent snapshot\)/,
  );
  foreign(origin, '0 8192 error', ['origin', oneLayer[1]], /it is not a snapshot-origin/);
  foreign(
    top,
    '0 8192 error',
    ['snapshot', `${oneLayer[1]}:${template.vm1}`],
    /the layer under it is not there/,
  );
});

check('a snapshot on another base or another cow than its name says is refused', (test, template) => {
  const { first } = namesOf(template);
  const [base, cow, other] = [template.root, template.rootCow, template.vm2].map(path =>
    must('losetup', '-f', '--show', path),
  );
  for (const [table, reason] of [
    [`0 8192 snapshot ${base} ${other} P 256`, `is not ${template.rootCow}`],
    [`0 8192 snapshot ${other} ${cow} P 256`, 'it is put on device'],
    [`0 8192 snapshot ${base} ${cow} P 16`, 'its chunk size is 16 sectors, not 256'],
    [`0 8192 snapshot ${base} ${cow} N 256`, 'it is not one persistent snapshot'],
  ] as const) {
    must('dmsetup', 'create', first, '--table', table);
    const { status, stderr } = blockSnapshot('prepare', 'snapshot', `${template.root}:${template.rootCow}`);
    test.equal(status, 1);
    test.match(stderr, reason);
    must('dmsetup', 'remove', first);
    for (const path of [template.rootCow, template.vm2]) {
      must('truncate', '-s', '0', path);
      must('truncate', '-s', '4M', path);
    }
  }
  for (const loop of [base, cow, other]) must('losetup', '-d', loop ?? '');
});

check('a device that the bash script made is taken over', (test, template) => {
  const { first, top } = namesOf(template);
  const [base, cow, cow2] = [template.root, template.rootCow, template.vm1].map(path =>
    must('losetup', '-f', '--show', path),
  );
  must('dmsetup', 'create', first, '--table', `0 8192 snapshot ${base} ${cow} P 256`);
  must('dmsetup', 'create', top, '--table', `0 8192 snapshot /dev/mapper/${first} ${cow2} P 256`);
  const before = fingerprint();
  test.equal(prepareHere('snapshot', template.root, template.rootCow, template.vm1), `/dev/mapper/${top}`);
  test.equal(fingerprint(), before);
  cleanupHere('snapshot', top);
  test.same(deviceNames(), []);
  for (const loop of [base, cow, cow2]) must('losetup', '-d', loop ?? '');
});

check('a prepare that fails at its last layer leaves nothing of the layers before', (test, template) => {
  writeRandomAt(template.vm1, 0, 4096);
  const { status } = blockSnapshot(
    'prepare',
    'snapshot',
    `${template.root}:${template.rootCow}:${template.vm1}`,
  );
  test.equal(status, 1);
  test.same(deviceNames(), []);
});

check('a prepare that fails when all is made leaves nothing that it made', (test, template) => {
  const request = parseStackRequest('origin', `${template.root}:${template.rootCow}`);
  const failing = () =>
    prepare(request, {
      ready: () => {
        throw new Refusal('nobody takes it');
      },
    });
  test.throws(failing, { message: 'nobody takes it' });
  test.same(
    deviceNames().filter(name => name.startsWith('snapshot-')),
    [],
  );
  cleanupHere('origin', namesOf(template).origin);
});

check(
  'a cow that was made in vain goes again, and stays where what lies on it could not be taken back',
  (test, template) => {
    const { root, rootCow, vm1 } = template;
    const { resumeDevice, removeDevice } = kernel;
    const failing = (...calls: ('resumeDevice' | 'removeDevice')[]) => {
      unlinkSync(rootCow);
      for (const call of calls)
        kernel[call] = () => {
          throw new Error('as a kernel that is out of memory');
        };
      test.throws(() => prepareHere('snapshot', root, rootCow, vm1), { message: /out of memory/ });
      Object.assign(kernel, { resumeDevice, removeDevice });
    };
    failing('resumeDevice');
    test.same([existsSync(rootCow), deviceNames()], [false, []], 'it goes with what lay on it');
    prepareHere('snapshot', root, rootCow);
    cleanupHere('snapshot', namesOf(template).first);
    failing('resumeDevice', 'removeDevice');
    test.same([existsSync(rootCow), deviceNames()], [true, [namesOf(template).first]], 'it stays');
    const node = prepareHere('snapshot', root, rootCow, vm1);
    test.equal(hashOf(node), template.hash, 'the next command goes on with it');
    cleanupHere('snapshot', node);
  },
);

check('what an image is now is not noted beside a note that says something else', (test, template) => {
  const origin = prepareHere('origin', template.root, template.rootCow);
  writeRandomAt(origin, 0, CHUNK_BYTES);
  cleanupHere('origin', origin);
  must(executable(), 'commit', template.root);
  const full = ['-e', 'trace=setxattr', '-e', 'inject=setxattr:error=ENOSPC'];
  const { status, stderr } = run('strace', [
    ...['-qq', '-o', '/dev/null', ...full],
    ...[executable(), 'prepare', 'origin', `${template.root}:${template.rootCow}`],
  ]);
  test.equal(status, 1);
  test.match(stderr, /could not be noted: its filesystem takes no attribute .*: make room, and try again\n$/);
  test.same(deviceNames(), []);
  for (const end of [1, 2]) {
    const node = prepareHere('origin', template.root, template.rootCow);
    writeRandomAt(node, end * CHUNK_BYTES, CHUNK_BYTES);
    cleanupHere('origin', node);
    must(executable(), 'commit', template.root);
  }
});
