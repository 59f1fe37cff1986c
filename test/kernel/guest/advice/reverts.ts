// A revert that stands half-way: what is advised finishes it, or gives it up.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { check } from '../checks.ts';
import { hashOf, MEBIBYTE, type Template, writeRandomAt } from '../images.ts';
import { runTemplate } from '../life/in-process.ts';
import { blockSnapshot, DRIVERS, kernel, must, mustCleanup, mustPrepare, run } from '../programs.ts';
import { deviceNames } from '../state.ts';
import { follow } from './follow.ts';

const stackOf = ({ root, rootCow, vm1 }: Template) => [root, rootCow, vm1].join(':');

/** Runs of the template, of a whole mebibyte each. @returns the hashes before each, and after the last */
function runs({ root, rootCow, folder }: Template, count: number): string[] {
  const hashes = [hashOf(root)];
  for (let number = 0; number < count; number++) {
    runTemplate(root, rootCow, [number * MEBIBYTE, MEBIBYTE]);
    must('bash', '-c', `echo REVISIONS=${count} >/etc/block-snapshot.conf`);
    test0(blockSnapshot('commit', folder).status);
    must('rm', '/etc/block-snapshot.conf');
    hashes.push(hashOf(root));
  }
  return hashes;
}

function test0(status: number | null): void {
  if (status !== 0) throw new Error(`exit ${status}`);
}

/** Ends a revert right after a rename of a store, as a kill does. */
function killedRevert(template: Template, runsToUndo: number, when: string): void {
  run('strace', [
    ...['-f', '-qq', '-o', '/dev/null', '-e', 'trace=rename,ioctl', '-e', `inject=${when}`],
    ...[`${must('bash', '-c', 'command -v block-snapshot || echo')}` || blockSnapshotPath()],
    ...['revert', '--yes', '--revision', String(runsToUndo), template.root],
  ]);
}

function blockSnapshotPath(): string {
  return new URL('../../../../../dist/block-snapshot', import.meta.url).pathname;
}

check(
  'what starts on a template that is half-way back, and a trim: the revert that they advise finishes it',
  (test, template) => {
    for (const command of [
      ['prepare', 'snapshot', stackOf(template)],
      ['trim', template.root],
    ]) {
      const [before] = runs(template, 1);
      killedRevert(template, 1, 'rename:signal=KILL:when=1');
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
    killedRevert(template, 2, 'rename:signal=KILL:when=2');
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

check('a revert that was not begun, or only has to be finished, is not given up', (test, template) => {
  runs(template, 1);
  const { status, stderr } = blockSnapshot('revert', '--abandon', '--yes', template.root);
  test.equal(status, 1);
  test.match(follow(stderr, 'block-snapshot revisions'), { status: 0 });
  test.match(blockSnapshot('revert', '--abandon', '--yes', '--revision', '1', template.root), { status: 2 });
});

check('without a terminal and without --yes nothing is given up', (test, template) => {
  runs(template, 1);
  killedRevert(template, 1, 'rename:signal=KILL:when=1');
  test.match(blockSnapshot('revert', '--abandon', template.root), { status: 2, stderr: /--yes/ });
  test.match(blockSnapshot('revert', '--yes', template.root), { status: 0 });
});

check(
  'a sector of the undo that cannot be read: the revert is given up as advised, and nothing starts on the mixture',
  (test, template) => {
    must(
      'bash',
      '-c',
      `modprobe dm-dust 2>/dev/null || insmod $(find ${DRIVERS} -name 'dm-dust.ko*' | head -1)`,
    );
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
    test.match(blockSnapshot('commit', root), { status: 0 });
    const old = `${root.replace('.img', '-cow.img')}.old`;
    const backup = `${folder}/backup`;
    must('cp', template.root, backup);
    must('sync');
    const extents = must(
      'bash',
      '-c',
      `filefrag -v -b4096 ${old} | tr -d '.:' | awk '$1 ~ /^[0-9]+$/ && $6 > n {n=$6; s=$4} END {print s + int(n/2)}'`,
    );
    must('dmsetup', 'message', 'bad', '0', 'addbadblock', extents);
    must('bash', '-c', 'echo 3 >/proc/sys/vm/drop_caches');
    must('dmsetup', 'message', 'bad', '0', 'enable');
    const failed = blockSnapshot('revert', '--yes', root);
    test.equal(failed.status, 1);
    const listed = blockSnapshot('list').stdout;
    test.notMatch(listed, /block-snapshot cleanup/, 'list advises nothing that does nothing');
    must('dmsetup', 'message', 'bad', '0', 'disable');
    must('dmsetup', 'message', 'bad', '0', 'enable');
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
    must('umount', mount);
    must('dmsetup', 'remove', 'bad');
    must('losetup', '-d', loop);
    test.same(kernel.deviceNames(), []);
  },
);
