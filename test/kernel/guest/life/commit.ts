import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { check } from '../checks.ts';
import { CHUNK_BYTES, hashOf, MEBIBYTE, readAt, statKey, type Template, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { blockSnapshot, executable, must, mustCleanup } from '../programs.ts';
import { deviceNames } from '../state.ts';
import { commitHere, markOverflowed, messageOf, revisionsHere, runTemplate } from './in-process.ts';

const stackOf = ({ root, rootCow }: Template, vm: string) => ['snapshot', root, rootCow, vm] as const;

check('a commit keeps the undo, and makes a new cow of the right size and owner', (test, template) => {
  const { root, rootCow } = template;
  const former = statKey(rootCow);
  runTemplate(root, rootCow, [0, MEBIBYTE]);
  test.same(commitHere(root), { committed: true, changed: MEBIBYTE, undo: `${rootCow}.old` });
  test.equal(statKey(`${rootCow}.old`), former, 'the old cow is the undo, under its own inode');
  const [cow, image] = [statSync(rootCow), statSync(root)];
  test.equal(cow.size, (32 + 1 + 2) * CHUNK_BYTES);
  test.equal(cow.blocks, 0, 'the new one takes no space');
  test.same([cow.uid, cow.gid, cow.mode], [image.uid, image.gid, image.mode]);
  test.same(readdirSync(template.folder).sort(), [
    'root-cow.img',
    'root-cow.img.old',
    'root.img',
    'vm1-cow.img',
    'vm2-cow.img',
  ]);
});

check(
  'a VM of the old version keeps its bytes through commits and later runs, a new one sees the new',
  (test, template) => {
    const { root, rootCow } = template;
    const old = prepareHere(...stackOf(template, template.vm1));
    const written = writeRandomAt(old, 2 * MEBIBYTE, 5000);
    const before = hashOf(old);
    runTemplate(root, rootCow, [0, MEBIBYTE], [2 * MEBIBYTE, 300_000]);
    test.ok(commitHere(root).committed);
    test.equal(hashOf(old), before, 'the old VM after the commit');
    const second = prepareHere(...stackOf(template, template.vm2));
    test.equal(hashOf(second), hashOf(root), 'a VM that starts now sees what was changed');
    test.not(second.split('-')[2], old.split('-')[2], 'on a first layer of its own');
    const version = hashOf(second);
    test.equal(deviceNames().length, 4);
    // Another run, with VMs of both versions on the same loop device.
    runTemplate(root, rootCow, [0, 4 * MEBIBYTE]);
    test.equal(hashOf(old), before, 'the old VM after another run');
    test.equal(hashOf(second), version, 'and the second VM');
    test.ok(commitHere(root).committed);
    test.ok(readAt(old, 2 * MEBIBYTE, 5000).equals(written), 'what the old VM wrote is there');
    cleanupHere('snapshot', old);
    test.equal(hashOf(second), version, 'the second VM after it has gone');
    cleanupHere('snapshot', second);
  },
);

check(
  'a run that changed nothing is not committed, by a cow that was used or one that never was',
  (test, template) => {
    const { root, rootCow } = template;
    test.equal(commitHere(root).committed, false, 'never used');
    runTemplate(root, rootCow);
    const inode = statKey(rootCow);
    test.match(commitHere(root), {
      committed: false,
      reason: 'the template has not changed since the last commit',
    });
    test.equal(statKey(rootCow), inode);
    test.notOk(existsSync(`${rootCow}.old`));
    runTemplate(root, rootCow, [0, 1]);
    test.match(commitHere(root), { committed: true, changed: CHUNK_BYTES });
    const undo = statKey(`${rootCow}.old`);
    runTemplate(root, rootCow);
    test.equal(commitHere(root).committed, false);
    test.equal(statKey(`${rootCow}.old`), undo, 'the undo of the last real change stays');
  },
);

check('as many revisions are kept as are wanted, the oldest with the highest number', (test, template) => {
  const { root, rootCow } = template;
  const run = (revisions: number) => {
    runTemplate(root, rootCow, [0, 1]);
    const inode = statKey(rootCow);
    commitHere(root, { revisions });
    return inode;
  };
  const kept = () => revisionsHere(root).map(({ path }) => [path.slice(rootCow.length), statKey(path)]);
  const inodes = [run(3), run(3), run(3)];
  test.same(kept(), [
    ['.old', inodes[2]],
    ['.old.1', inodes[1]],
    ['.old.2', inodes[0]],
  ]);
  const fourth = run(3);
  test.same(
    kept().map(([, key]) => key),
    [fourth, inodes[2], inodes[1]],
    'one more pushes out the oldest',
  );
  const fifth = run(2);
  test.same(
    kept().map(([, key]) => key),
    [fifth, fourth],
    'fewer are wanted by now',
  );
  run(0);
  test.same(kept(), [], 'none is wanted');
  test.same(
    readdirSync(template.folder)
      .filter(name => name.startsWith('root'))
      .sort(),
    ['root-cow.img', 'root.img'],
  );
});

check('a commit is refused while the origin is there, and changes nothing', (test, template) => {
  const { root, rootCow } = template;
  const origin = prepareHere('origin', root, rootCow);
  writeRandomAt(origin, 0, 4096);
  const inode = statKey(rootCow);
  const { status, stdout, stderr } = blockSnapshot('commit', template.folder);
  test.same([status, stdout], [1, '']);
  test.match(stderr, `template ${root} is running (${origin}): stop it first`);
  test.equal(statKey(rootCow), inode);
  cleanupHere('origin', origin);
  const committed = blockSnapshot('commit', `${template.folder}/`, '--json');
  test.equal(committed.status, 0, committed.stderr);
  test.same(JSON.parse(committed.stdout), {
    template: root,
    committed: true,
    changed: CHUNK_BYTES,
    undo: `${rootCow}.old`,
    reason: null,
    overflowed: false,
    lost: [],
  });
  test.match(
    blockSnapshot('commit', root).stdout,
    `${root}: nothing to commit: the template has not changed`,
  );
});

check('the run of a cow that overflowed is ended, so that VMs can start again', (test, template) => {
  const { root, rootCow } = template;
  runTemplate(root, rootCow, [0, 4096]);
  markOverflowed(rootCow);
  test.match(
    messageOf(() => prepareHere('snapshot', root, rootCow)),
    'is Invalid',
  );
  test.match(commitHere(root), { overflow: { cow: rootCow, lost: [] } });
  test.match(revisionsHere(root), [{ state: 'overflowed', changed: 0 }]);
  cleanupHere('snapshot', prepareHere('snapshot', root, rootCow));
});

// As FAT answers (man 2 link): Linux has no filesystem without hard links that a test in this kernel could mount.
const NO_LINKS = '-qq -f -o /dev/null -e trace=link,linkat -e inject=link,linkat:error=EPERM';

check(
  'where files can have but one name, a commit moves the revisions, and a missing cow is made',
  (test, template) => {
    const { root, rootCow } = template;
    const call = (...parameters: string[]) =>
      must('strace', ...NO_LINKS.split(' '), executable(), ...parameters);
    const versions = [hashOf(root)];
    for (const round of [1, 2, 3]) {
      runTemplate(root, rootCow, [round * MEBIBYTE, 1000]);
      versions.push(hashOf(root));
      const run = statKey(rootCow);
      call('commit', root);
      test.equal(statKey(`${rootCow}.old`), run, `the run of round ${round} is the first revision`);
      test.equal(revisionsHere(root).length, 1, 'and the only one that is kept');
    }
    test.same(
      readdirSync(template.folder).filter(name => /new|making/.test(name)),
      [],
      'nothing is left half-way',
    );
    rmSync(rootCow);
    const node = call('prepare', 'snapshot', `${root}:${rootCow}:${template.vm1}`).trim();
    test.equal(hashOf(node), versions[3], 'the cow that was missing is made, empty');
    mustCleanup('snapshot', node);
    call('revert', '--yes', root);
    test.equal(hashOf(root), versions[2], 'and the last run can be reverted');
  },
);
