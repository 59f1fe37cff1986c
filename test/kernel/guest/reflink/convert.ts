// A template of snapshots becomes one of clones, and the other way round: with all versions that can be gone back to.
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import '../own-etc.ts';
import { readDerivedLabel } from '../../../../src/devices/kernel/derived-label-file.ts';
import { DERIVED_LABEL, printDerivedLabel } from '../../../../src/devices/plan/derived-label.ts';
import { versionsOf } from '../../../../src/reflink/versions.ts';
import { volumeOf } from '../../../../src/reflink/volume.ts';
import { kindOf } from '../../../../src/templates/convert/convert.ts';
import { templateFiles } from '../../../../src/templates/template-files.ts';
import { hashOf, MEBIBYTE, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { commitHere, revertHere, revisionsHere, runTemplate } from '../life/in-process.ts';
import { blockSnapshot, executable, must } from '../programs.ts';
import {
  convertHere,
  cowOf,
  HASHES_OF,
  OTHER,
  RUNS_OF,
  runsOfClones,
  runsOfSnapshots,
} from './conversions.ts';
import { BOTH, beside, checkOn, cleanedUp, prepared, refused } from './world.ts';

const kindHere = (root: string) => kindOf(templateFiles(root));

for (const kind of ['reflink', 'snapshot'] as const) {
  checkOn(
    BOTH,
    `a template becomes one of type ${kind}, and has every byte of every version that it had`,
    async (test, scene) => {
      const hashes = RUNS_OF[OTHER[kind]](scene);
      test.same(HASHES_OF[OTHER[kind]](scene), hashes, 'what was there');
      const { ino, mtimeMs } = statSync(scene.root);
      const { status, stdout, stderr } = blockSnapshot('convert', scene.root, kind);
      test.same([status, stderr], [0, '']);
      test.match(
        stdout,
        new RegExp(
          `^${scene.root}: is a template of ${kind === 'reflink' ? 'clones' : 'snapshots'} now; its 3 revisions can be gone back to\n$`,
        ),
      );
      const after = statSync(scene.root);
      test.same([after.ino, after.mtimeMs], [ino, mtimeMs], 'the image is the file that it was');
      test.equal(kindHere(scene.root), kind);
      test.same(HASHES_OF[kind](scene), hashes);
      test.match(
        beside(scene.root),
        kind === 'reflink'
          ? [/^root\.img\.1@/, /^root\.img\.2@/, /^root\.img\.3@/]
          : ['root-cow.img', 'root-cow.img.old', 'root-cow.img.old.1', 'root-cow.img.old.2'],
        'and nothing else is there',
      );
      const again = JSON.parse(must(executable(), 'convert', scene.root, kind, '--json')) as unknown;
      test.same(again, {
        template: scene.root,
        kind,
        converted: false,
        reason: kind === 'reflink' ? 'it is one of clones' : 'it is one of snapshots',
        revisions: [],
      });
    },
  );

  checkOn(
    ['XFS'],
    `a dry run says what becomes of which file on the way to type ${kind}`,
    async (test, scene) => {
      const hashes = RUNS_OF[OTHER[kind]](scene);
      const before = beside(scene.root);
      const lines = must(executable(), 'convert', scene.root, kind, '--dry-run').split('\n');
      test.same(beside(scene.root), before, 'nothing is done');
      const named = (verb: string) =>
        lines.flatMap(line => new RegExp(`^file: ${verb} (\\S+?),?(?: |$)`).exec(line)?.[1] ?? []).sort();
      await convertHere(scene.root, kind);
      const after = beside(scene.root);
      const paths = (names: readonly string[]) => names.map(name => `${scene.folder}/t/${name}`);
      test.same(named('make'), paths(after));
      test.same(named('remove'), paths(before));
      test.same(HASHES_OF[kind](scene), hashes);
    },
  );
}

checkOn(
  BOTH,
  'both ways and back, all that was there is there, and can be gone back to',
  async (test, scene) => {
    const hashes = runsOfSnapshots(scene);
    const derived = printDerivedLabel({ from: '/some/other/root.img', made: 1_764_512_345_678 });
    must('setfattr', '-n', DERIVED_LABEL, '-v', derived, scene.root);
    await convertHere(scene.root, 'reflink');
    const vm = prepared('reflink', `${scene.root}:${scene.vm()}`);
    test.equal(hashOf(vm), hashes[0], 'a clone of it');
    cleanedUp('reflink', vm);
    test.ok(
      versionsOf(volumeOf({ role: 'template', path: scene.root })).every(
        ({ path }) => readDerivedLabel(path)?.from === '/some/other/root.img',
      ),
      'each says what the template was derived from',
    );
    await convertHere(scene.root, 'snapshot');
    runTemplate(scene.root, cowOf(scene), [50_000, 60_000]);
    commitHere(scene.root, { revisions: 9 });
    test.same(HASHES_OF.snapshot(scene), [hashOf(scene.root), ...hashes], 'a run after that is one more');
    await revertHere(scene.root, 4);
    test.equal(hashOf(scene.root), scene.hash, 'the kernel merges what was made as it merges its own');
  },
);

checkOn(
  ['XFS'],
  'what starts as the other kind is refused, and starts when it is converted as advised',
  (test, scene) => {
    runsOfSnapshots(scene);
    const images = `${scene.root}:${scene.vm()}`;
    const advised = (told: string) => /block-snapshot (convert \S+ \w+)/.exec(told)?.[1]?.split(' ') ?? [];
    const toClones = advised(refused('prepare', 'reflink', images));
    test.same(toClones, ['convert', scene.root, 'reflink']);
    must(executable(), ...toClones);
    cleanedUp('reflink', prepared('reflink', images));
    const snapshot = ['prepare', 'snapshot', `${scene.root}:${cowOf(scene)}`];
    const toSnapshots = advised(refused(...snapshot));
    test.same(toSnapshots, ['convert', scene.root, 'snapshot']);
    must(executable(), ...toSnapshots);
    cleanupHere('snapshot', must(executable(), ...snapshot));
  },
);

checkOn(['XFS'], 'a version that nothing was written to since is an undo of nothing', async (test, scene) => {
  const node = prepared('reflink-origin', scene.root);
  const bytes = must('head', '-c', '16', node);
  must('dd', `if=${node}`, `of=${node}`, 'bs=4096', 'count=1', 'conv=notrunc,fsync', 'status=none');
  test.equal(must('head', '-c', '16', node), bytes);
  cleanedUp('reflink-origin', node);
  must(executable(), 'commit', scene.root);
  await convertHere(scene.root, 'snapshot');
  test.match(revisionsHere(scene.root), [{ number: 1, changed: 0, state: 'valid' }]);
  await revertHere(scene.root);
  test.equal(hashOf(scene.root), scene.hash);
});

checkOn(
  ['XFS'],
  'a store with more chunks than one piece of its metadata names is read by the kernel',
  async (test, scene) => {
    // A piece names 2,048 chunks of 32 KiB: 64 MiB.
    writeFileSync('/etc/block-snapshot.conf', 'CHUNK_SIZE=32K\nREVISIONS=9\n');
    must('truncate', '-s', '68M', scene.root);
    const node = prepared('reflink-origin', scene.root);
    const former = hashOf(node);
    const descriptor = openSync(node, 'r+');
    for (let chunk = 0; chunk < 68 * 32; chunk++) writeSync(descriptor, 'changed', chunk * 32_768);
    fsyncSync(descriptor);
    closeSync(descriptor);
    cleanedUp('reflink-origin', node);
    must(executable(), 'commit', scene.root);
    must(executable(), 'convert', scene.root, 'snapshot');
    test.match(revisionsHere(scene.root), [{ changed: 68 * MEBIBYTE, state: 'valid' }]);
    test.equal(HASHES_OF.snapshot(scene)[1], former);
    must('rm', '/etc/block-snapshot.conf');
  },
);

checkOn(
  BOTH,
  'what a conversion that was killed has left goes with the next, and nothing that it did not make',
  async (test, scene) => {
    const hashes = runsOfClones(scene);
    const [oldest] = beside(scene.root);
    must('cp', '--reflink', '-p', `${scene.folder}/t/${oldest}`, `${scene.folder}/kept`);
    await convertHere(scene.root, 'snapshot');
    // A version that the next conversion would make, as it was before its cow went.
    must('mv', `${scene.folder}/kept`, `${scene.folder}/t/root.img.7@2020-01-01T00:00:00Z`);
    const told = blockSnapshot('convert', scene.root, 'reflink');
    test.match(
      [told.status, told.stderr],
      [1, /root\.img\.7@\S+ lies beside template .*: move it away, then convert/],
    );
    test.same(HASHES_OF.snapshot(scene), hashes, 'nothing is changed');
    must(
      'setfattr',
      '-n',
      'trusted.block-snapshot.converted',
      '-v',
      '.',
      `${scene.folder}/t/root.img.7@2020-01-01T00:00:00Z`,
    );
    await convertHere(scene.root, 'reflink');
    test.same(HASHES_OF.reflink(scene), hashes);
  },
);

checkOn(['XFS'], 'the times of revisions are those of the runs', async (test, scene) => {
  const times = ['2026-01-02T03:04:05Z', '2026-02-03T04:05:06Z'];
  utimesSync(scene.root, new Date(times[0] ?? ''), new Date(times[0] ?? ''));
  const node = prepared('reflink-origin', scene.root);
  writeRandomAt(node, 0, 4096);
  cleanedUp('reflink-origin', node);
  must('touch', '-d', times[1] ?? '', scene.dirty);
  must(executable(), 'commit', scene.root);
  await convertHere(scene.root, 'snapshot');
  test.same(
    revisionsHere(scene.root).map(({ ended }) => new Date(ended).toISOString()),
    ['2026-02-03T04:05:06.000Z'],
    'the last run ended when the present version was last changed',
  );
  test.ok(existsSync(cowOf(scene)));
  cleanupHere('snapshot', prepareHere('snapshot', scene.root, cowOf(scene)));
});
