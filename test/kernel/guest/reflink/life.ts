// The life of a template that clones are made of: its versions, and the way back.
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { plannedRevertOfClones, revertClones } from '../../../../src/reflink/template.ts';
import { volumeOf } from '../../../../src/reflink/volume.ts';
import '../own-etc.ts';
import { hashOf, writeRandomAt } from '../images.ts';
import { planMessage } from '../kernel-log.ts';
import { blockSnapshot, executable, must } from '../programs.ts';
import { BOTH, beside, checkOn, cleanedUp, prepared, refused, type Scene } from './world.ts';

const CONFIGURATION = '/etc/block-snapshot.conf';

function configure(...lines: string[]): void {
  writeFileSync(CONFIGURATION, `${lines.join('\n')}\n`);
}

function run({ root }: Scene): string {
  const node = prepared('reflink-origin', root);
  writeRandomAt(node, 1 << 20, 70_000);
  const hash = hashOf(node);
  cleanedUp('reflink-origin', node);
  return hash;
}

/** A run that is committed. @returns the hash of the version that it made */
function committedRun(scene: Scene): string {
  const hash = run(scene);
  must(executable(), 'commit', scene.root);
  return hash;
}

function json(...parameters: string[]): Record<string, unknown> {
  const { status, stdout, stderr } = blockSnapshot(...parameters, '--json');
  if (status !== 0) throw new Error(`${parameters.join(' ')}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

interface Revision {
  revision: number;
  path: string;
  state: string;
}

const revisionsOf = (scene: Scene) => json('revisions', scene.root)['revisions'] as Revision[];

checkOn(
  BOTH,
  'a commit makes what was written the newest version, and keeps as many as are wanted',
  (test, scene) => {
    configure('REVISIONS=2');
    const hashes = [scene.hash, committedRun(scene), committedRun(scene), committedRun(scene)];
    test.equal(hashOf(scene.root), hashes[3]);
    test.match(
      beside(scene.root),
      [/^root\.img\.2@\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, /^root\.img\.3@/],
      'the oldest has gone, and N counts up',
    );
    const revisions = revisionsOf(scene);
    test.same(
      revisions.map(({ revision, path }) => [revision, hashOf(path)]),
      [
        [1, hashes[2]],
        [2, hashes[1]],
      ],
      'the last one first',
    );
    const { stdout } = blockSnapshot('revisions', scene.root);
    test.equal(stdout.split('\n').length, 4, stdout);
    configure('REVISIONS=0');
    committedRun(scene);
    test.same(beside(scene.root), [], 'none is kept where none is wanted');
    rmSync(CONFIGURATION);
  },
);

checkOn(
  ['XFS'],
  'a revert that would be refused is refused when it is asked what it would do',
  (test, scene) => {
    committedRun(scene);
    const asked = ['revert', scene.root, '--dry-run'];
    const node = prepared('reflink-origin', scene.root);
    test.match(refused(...asked), /runs, on \/dev\/loop\d+: stop it first/);
    cleanedUp('reflink-origin', node);
    test.match(refused(...asked), 'has what its last run wrote, which is not committed');
    must(executable(), 'commit', scene.root);
    test.equal(blockSnapshot(...asked).status, 0);
  },
);

checkOn(['XFS'], 'a revert goes to nothing else than what was shown', (test, scene) => {
  configure('REVISIONS=5');
  committedRun(scene);
  const newest = committedRun(scene);
  const volume = volumeOf({ role: 'template', path: scene.root });
  const plans = [1, 2].map(revision => plannedRevertOfClones(volume, revision));
  must(executable(), 'revert', scene.root, '--yes');
  for (const plan of plans)
    test.throws(() => revertClones(volume, plan), { message: /have changed in this moment: look again/ });
  must(executable(), 'revert', scene.root, '--yes');
  test.equal(hashOf(scene.root), newest, 'and nothing is lost of it');
  rmSync(CONFIGURATION);
});

checkOn(['XFS'], 'the name of a revision tells when that version was last changed, in UTC', (test, scene) => {
  must('touch', '-d', '2026-01-02T03:04:05Z', scene.root);
  committedRun(scene);
  test.same(beside(scene.root), ['root.img.1@2026-01-02T03:04:05Z']);
});

checkOn(['XFS'], 'a run that changed nothing makes no version', (test, scene) => {
  const before = statSync(scene.root).ino;
  cleanedUp('reflink-origin', prepared('reflink-origin', scene.root));
  test.match(blockSnapshot('commit', scene.root), {
    status: 0,
    stdout: `${scene.root}: nothing to commit: it has not changed since the last commit\n`,
  });
  test.equal(statSync(scene.root).ino, before, 'no VM becomes outdated');
  test.same(beside(scene.root), []);
});

checkOn(BOTH, 'a disk that is kept, and has written nothing yet, has nothing to commit', (test, scene) => {
  const image = scene.vm();
  cleanedUp('reflink', prepared('reflink', `${scene.root}:${image}:keep`));
  test.match(blockSnapshot('commit', image), { status: 0, stdout: 'nothing to commit' });
});

// Before Linux 6.13 whatever is written within a tick of the kernel's clock has the same time; a whole second is taken for the time of a
// filesystem whose clock ticks every other second, so that the wait is long enough to be seen.
checkOn(['XFS'], 'a disk is there when what it writes has another time than its version', (test, scene) => {
  const second = Math.floor(Date.now() / 1000);
  utimesSync(scene.root, second, second);
  const node = prepared('reflink-origin', scene.root);
  test.ok(Date.now() >= (second + 2) * 1000);
  cleanedUp('reflink-origin', node);
});

checkOn(BOTH, 'what was discarded inside is given back, and no trim is needed', (test, scene) => {
  const node = prepared('reflink-origin', scene.root);
  writeRandomAt(node, 0, 1 << 20);
  const before = statSync(scene.dirty).blocks;
  must('blkdiscard', '-o', '0', '-l', String(2 << 20), node);
  must('sync', '-f', scene.dirty);
  test.ok(statSync(scene.dirty).blocks < before, 'at once');
  cleanedUp('reflink-origin', node);
  test.match(blockSnapshot('trim', scene.root), {
    status: 0,
    stdout: /is a template of clones, which needs no trim/,
  });
  must(executable(), 'commit', scene.root);
});

checkOn(BOTH, 'a revert goes to any version while VMs run, and the present one is kept', (test, scene) => {
  configure('REVISIONS=5');
  const hashes = [scene.hash, committedRun(scene), committedRun(scene)];
  const vm = prepared('reflink', `${scene.root}:${scene.vm()}`);
  test.equal(hashOf(vm), hashes[2]);
  const plan = blockSnapshot('revert', scene.root, '--revision', '2', '--dry-run');
  test.equal(plan.status, 0, plan.stderr);
  test.equal(hashOf(scene.root), hashes[2], 'a dry run does nothing');
  const reverted = blockSnapshot('revert', scene.root, '--revision', '2', '--yes');
  test.match(reverted, { status: 0, stdout: /: 2 runs undone; what it was is \S+root\.img\.3@/ });
  test.equal(hashOf(scene.root), hashes[0], 'the first version is the newest');
  test.equal(hashOf(vm), hashes[2], 'the VM has what it had');
  test.same(
    revisionsOf(scene).map(({ path }) => hashOf(path)),
    [hashes[2], hashes[1]],
    'what it was can be gone back to',
  );
  cleanedUp('reflink', vm);
  const next = prepared('reflink', `${scene.root}:${scene.vm()}`);
  test.equal(hashOf(next), hashes[0]);
  cleanedUp('reflink', next);
  rmSync(CONFIGURATION);
});

checkOn(['XFS'], 'while a template runs it is neither committed nor reverted', (test, scene) => {
  committedRun(scene);
  const node = prepared('reflink-origin', scene.root);
  for (const command of [['commit'], ['revert', '--yes']])
    test.match(refused(...command, scene.root), `template ${scene.root} runs, on ${node}: stop it first`);
  writeRandomAt(node, 0, 4096);
  cleanedUp('reflink-origin', node);
  test.match(refused('revert', '--yes', scene.root), `is not committed (${scene.dirty})`);
  test.ok(existsSync(scene.dirty));
  const { committed, undo } = json('commit', scene.root);
  test.same([committed, hashOf(String(undo)) === hashOf(scene.root)], [true, false]);
  test.match(
    refused('revert', '--yes', '--revision', '9', scene.root),
    /has 1 revisions, and none of number 9/,
  );
});

checkOn(['XFS'], 'a dry run of a commit says what becomes of which file', (test, scene) => {
  committedRun(scene);
  run(scene);
  const { stdout, status } = blockSnapshot('commit', scene.root, '--dry-run');
  const [old] = readdirSync(`${scene.folder}/t`).filter(name => name.startsWith('root.img.1@'));
  test.equal(status, 0);
  test.match(
    stdout.split('\n'),
    [
      /^file: \S+\/root\.img becomes \S+\/root\.img\.2@/,
      `file: ${scene.dirty} becomes ${scene.root}`,
      `file: remove ${scene.folder}/t/${old}`,
    ],
    stdout,
  );
  must(executable(), 'commit', scene.root);
  test.match(beside(scene.root), [/^root\.img\.2@/]);
});

checkOn(
  ['XFS'],
  'what was written could not be committed: committed as advised when that is mended',
  (test, scene) => {
    // What Linux 6.1 says of a mount's own options.
    planMessage('^XFS: attr2 mount option is deprecated');
    const hash = run(scene);
    must('mount', '-o', 'remount,ro', scene.point);
    try {
      test.match(
        refused('commit', scene.root),
        /could not be committed: EROFS, .*: mend that, then block-snapshot commit \S+root\.img; nothing is lost$/,
      );
    } finally {
      must('mount', '-o', 'remount,rw', scene.point);
    }
    test.equal(hashOf(scene.root), scene.hash);
    must(executable(), 'commit', scene.root);
    test.equal(hashOf(scene.root), hash);
  },
);

checkOn(
  ['XFS'],
  'what fails when it is committed is told as that, and done with the next commit',
  (test, scene) => {
    committedRun(scene);
    const hash = run(scene);
    const folder = `${scene.folder}/t`;
    const [first = ''] = readdirSync(folder).filter(name => name.startsWith('root.img.1@'));
    must('chattr', '+i', `${folder}/${first}`);
    try {
      test.match(
        refused('commit', scene.root),
        /root\.img is committed, but what follows that could not be done: EPERM, .*root\.img\.1@\S+: mend that; a revision too many goes with the next commit$/,
      );
    } finally {
      must('chattr', '-i', `${folder}/${first}`);
    }
    test.equal(hashOf(scene.root), hash);
    committedRun(scene);
    test.match(beside(scene.root), [/^root\.img\.3@/]);
  },
);
