// A revert that stands half-way: what is advised finishes it, or gives it up.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { check } from '../checks.ts';
import { loadModules } from '../filesystems/modules.ts';
import { hashOf, MEBIBYTE, type Template, writeRandomAt } from '../images.ts';
import { blockSnapshot, executable, must, mustCleanup, mustPrepare } from '../programs.ts';
import { deviceNames } from '../state.ts';
import { adviceIn, follow } from './follow.ts';
import { begunRevert, endedRevert, markOf, runs } from './half-way.ts';

const stackOf = ({ root, rootCow, vm1 }: Template) => [root, rootCow, vm1].join(':');

check(
  'what starts on a template that is half-way back, and a trim: the revert that they advise finishes it',
  (test, template) => {
    for (const command of [
      ['prepare', 'snapshot', stackOf(template)],
      ['trim', template.root],
    ]) {
      const [before] = runs(template, 1);
      endedRevert(template, 1, 'rename:signal=KILL:when=1');
      const { status, stderr } = blockSnapshot(...command);
      test.equal(status, 1);
      test.match(follow(stderr, 'block-snapshot revert /'), { status: 0 });
      test.equal(hashOf(template.root), before);
      mustCleanup('snapshot', mustPrepare('snapshot', stackOf(template)));
    }
  },
);

check(
  'a revert given up before anything was merged leaves the version and the revisions as they were',
  (test, template) => {
    const hashes = runs(template, 2);
    const before = readdirSync(template.folder).sort();
    endedRevert(template, 2, 'rename:signal=KILL:when=2');
    const { status, stdout } = blockSnapshot('revert', '--abandon', '--yes', template.root);
    test.equal(status, 0);
    test.match(stdout, /0 runs undone, 2 runs not/);
    test.same(readdirSync(template.folder).sort(), before);
    test.equal(hashOf(template.root), hashes[2]);
    mustCleanup('snapshot', mustPrepare('snapshot', stackOf(template)));
    test.match(blockSnapshot('revert', '--yes', '--revision', '2', template.root), { status: 0 });
    test.equal(hashOf(template.root), hashes[0], 'and they can still be undone');
  },
);

check('a mark of a revert, read by a person: the command goes on with it', (test, template) => {
  const [before] = runs(template, 1);
  begunRevert(template, 1);
  const command = `${adviceIn(markOf(template), 'block-snapshot revert')} --yes ${template.root}`;
  test.match(follow(command, 'block-snapshot revert'), { status: 0 });
  test.equal(hashOf(template.root), before);
});

check('a revert that was not begun, or only has to be finished, is not given up', (test, template) => {
  runs(template, 1);
  const { status, stderr } = blockSnapshot('revert', '--abandon', '--yes', template.root);
  test.equal(status, 1);
  test.match(follow(stderr, 'block-snapshot revisions'), { status: 0 });
  test.match(blockSnapshot('revert', '--abandon', '--yes', '--revision', '1', template.root), { status: 2 });
});

check('without a terminal and without --yes nothing is given up', (test, template) => {
  runs(template, 1);
  endedRevert(template, 1, 'rename:signal=KILL:when=1');
  test.match(blockSnapshot('revert', '--abandon', template.root), { status: 2, stderr: /--yes/ });
  test.match(blockSnapshot('revert', '--yes', template.root), { status: 0 });
});

/** A template on a disk of which a sector cannot be read: one of the undo of its only run. */
interface OnBadDisk {
  root: string;
  stack: string;
  mount: string;
  /** The image as it was before the run. */
  backup: string;
  /** Whether the sector can be read. */
  mend(readable: boolean): void;
  end(): void;
}

function onBadDisk(template: Template): OnBadDisk {
  loadModules('dm-dust');
  const { folder } = template;
  const [disk, mount] = [`${folder}/disk.img`, `${folder}/mount`];
  must('truncate', '-s', '64M', disk);
  const loop = must('losetup', '-f', '--show', disk);
  const sectors = must('blockdev', '--getsz', loop);
  must('dmsetup', 'create', 'bad', '--table', `0 ${sectors} dust ${loop} 0 4096`);
  must('mkfs.ext4', '-q', '-b', '4096', '/dev/mapper/bad');
  must('mkdir', mount);
  must('mount', '/dev/mapper/bad', mount);
  const root = `${mount}/root.img`;
  must('cp', template.root, root);
  const stack = `${root}:${mount}/root-cow.img`;
  const origin = mustPrepare('origin', stack);
  writeRandomAt(origin, 0, 3 * MEBIBYTE);
  mustCleanup('origin', origin);
  must(executable(), 'commit', root);
  const backup = `${folder}/backup`;
  must('cp', template.root, backup);
  must('sync');
  const sector = must(
    'bash',
    '-c',
    `filefrag -v -b4096 ${mount}/root-cow.img.old | tr -d '.:' | ` +
      `awk '$1 ~ /^[0-9]+$/ && $6 > n {n=$6; s=$4} END {print s + int(n/2)}'`,
  );
  must('dmsetup', 'message', 'bad', '0', 'addbadblock', sector);
  must('bash', '-c', 'echo 3 >/proc/sys/vm/drop_caches');
  return {
    root,
    stack,
    mount,
    backup,
    mend: readable => must('dmsetup', 'message', 'bad', '0', readable ? 'disable' : 'enable'),
    end: () => {
      must('umount', mount);
      must('dmsetup', 'remove', 'bad');
      must('losetup', '-d', loop);
    },
  };
}

check(
  'a sector of the undo that cannot be read for a while: the revert goes on as advised',
  (test, template) => {
    const { root, stack, mend, end } = onBadDisk(template);
    mend(false);
    const failed = blockSnapshot('revert', '--yes', root);
    test.equal(failed.status, 1);
    mend(true);
    test.match(follow(failed.stderr, 'block-snapshot revert /'), { status: 0 });
    test.equal(hashOf(root), template.hash);
    mustCleanup('snapshot', mustPrepare('snapshot', stack));
    end();
  },
);

check(
  'a sector of the undo that cannot be read: the revert is given up as advised, and nothing starts on the mixture',
  (test, template) => {
    const { root, stack, mount, backup, mend, end } = onBadDisk(template);
    mend(false);
    const failed = blockSnapshot('revert', '--yes', root);
    test.equal(failed.status, 1);
    const listed = blockSnapshot('list').stdout;
    test.notMatch(listed, /block-snapshot cleanup/, 'list advises nothing that does nothing');
    mend(true);
    mend(false);
    const before = blockSnapshot('prepare', 'snapshot', stack);
    test.match(before, { status: 1, stderr: /block-snapshot revert --abandon/ });
    const given = follow(
      `${failed.stderr}`.replace(/--abandon /, '--abandon --yes '),
      'block-snapshot revert --abandon',
    );
    test.match(given, { status: 0 });
    test.match(given.said, /mixture of two versions and must not be used/);
    for (const line of given.said.split('\n').filter(text => text.startsWith('  ')))
      test.ok(existsSync(line.trim()), `${line.trim()} is kept`);
    const report =
      given.said
        .split('\n')
        .filter(text => text.startsWith('  '))
        .at(-1)
        ?.trim() ?? '';
    const ranges = [...readFileSync(report, 'utf8').matchAll(/^ {2}(\d+) (\d+)$/gm)];
    const mixture = readdirSync(mount).find(name => name.startsWith('root.img.abandoned'));
    const [kept, good] = [readFileSync(`${mount}/${mixture}`), readFileSync(backup)];
    test.ok(ranges.length > 0);
    for (let chunk = 0; chunk < good.length; chunk += 4096)
      if (!ranges.some(([, from, to]) => chunk >= Number(from) && chunk < Number(to)))
        if (!kept.subarray(chunk, chunk + 4096).equals(good.subarray(chunk, chunk + 4096)))
          test.fail(`byte ${chunk} is not as it was before the run, and not told of`);
    test.same(
      deviceNames().filter(name => name !== 'bad'),
      [],
    );
    test.match(blockSnapshot('prepare', 'snapshot', stack), {
      status: 1,
      stderr: /root\.img does not exist/,
    });
    test.notOk(existsSync(`${mount}/root-cow.img.reverting`), 'the mark is gone');
    must('cp', backup, root);
    const vm = mustPrepare('snapshot', stack);
    test.equal(hashOf(vm), template.hash, 'a backup in its place serves VMs');
    mustCleanup('snapshot', vm);
    end();
    test.same(deviceNames(), []);
  },
);
