// A folder of Qubes' file-reflink driver: what it leaves is understood, and left as it wants it.
import { copyFileSync, existsSync, linkSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hashOf, writeRandomAt } from '../images.ts';
import { blockSnapshot, must } from '../programs.ts';
import { BOTH, beside, checkOn, cleanedUp, prepared, refused } from './world.ts';

checkOn(
  BOTH,
  'its precache is the clone for the next start, as long as it is one of the newest version',
  (test, scene) => {
    const precache = `${scene.folder}/t/root-precache.img`;
    must('cp', '--reflink=always', '--preserve=timestamps', scene.root, precache);
    const { ino } = statSync(precache);
    const node = prepared('reflink-origin', scene.root);
    test.equal(statSync(scene.dirty).ino, ino, 'it is taken');
    test.same(beside(scene.root), ['root-dirty.img']);
    writeRandomAt(node, 0, 4096);
    cleanedUp('reflink-origin', node);
    must('cp', '--reflink=always', '--preserve=timestamps', scene.root, precache);
    test.equal(blockSnapshot('commit', scene.root).status, 0);
    test.notOk(existsSync(precache), 'a commit leaves none of the version before');
    writeFileSync(precache, 'something else');
    const { stdout, stderr, status } = blockSnapshot('prepare', 'reflink-origin', scene.root);
    test.match(
      [status, stderr],
      [0, /root-precache\.img is no clone of the newest version any more: it is removed\n$/],
    );
    test.equal(hashOf(stdout.trimEnd()), hashOf(scene.root));
    cleanedUp('reflink-origin', stdout.trimEnd());
  },
);

checkOn(
  ['XFS'],
  'what a crash has left of a clone that was being made goes at the next start',
  (test, scene) => {
    const image = scene.vm();
    writeFileSync(`${scene.folder}/vm/root-dirty.img~making`, 'half of one');
    const node = prepared('reflink', `${scene.root}:${image}`);
    test.same(beside(image), ['root-dirty.img']);
    test.equal(hashOf(node), scene.hash);
    cleanedUp('reflink', node);
  },
);

checkOn(['XFS'], 'revisions of all its releases are versions, in their order', (test, scene) => {
  for (const [name, byte] of [
    ['root.img.2019-01-01T00:00:00Z', 1],
    ['root.img.2@2020-01-01T00:00:00Z', 2],
    ['root.img.10@2018-01-01T00:00:00Z', 3],
    ['root.img.old', 4],
    ['root2.img.1@2020-01-01T00:00:00Z', 5],
  ] as const) {
    copyFileSync(scene.root, `${scene.folder}/t/${name}`);
    writeRandomAt(`${scene.folder}/t/${name}`, byte * 4096, 4096);
  }
  const { stdout } = blockSnapshot('revisions', scene.root, '--json');
  const { revisions } = JSON.parse(stdout) as { revisions: { path: string }[] };
  test.same(
    revisions.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)),
    ['root.img.10@2018-01-01T00:00:00Z', 'root.img.2@2020-01-01T00:00:00Z', 'root.img.2019-01-01T00:00:00Z'],
  );
  const node = prepared('reflink-origin', scene.root);
  writeRandomAt(node, 0, 4096);
  cleanedUp('reflink-origin', node);
  test.equal(blockSnapshot('commit', scene.root).status, 0);
  test.match(
    beside(scene.root).filter(name => name.startsWith('root.img.')),
    [/^root\.img\.11@/, 'root.img.old'],
    'the next one counts on, and with REVISIONS=1 all others go',
  );
});

checkOn(['XFS'], 'a second name that a killed commit has left is no revision', (test, scene) => {
  linkSync(scene.root, `${scene.root}.1@2020-01-01T00:00:00Z`);
  test.match(blockSnapshot('revisions', scene.root).stdout, /no finished run is kept/);
  const node = prepared('reflink-origin', scene.root);
  writeRandomAt(node, 0, 4096);
  cleanedUp('reflink-origin', node);
  test.equal(blockSnapshot('commit', scene.root).status, 0);
  test.equal(beside(scene.root).length, 1, 'the version before is kept once');
});

checkOn(['XFS'], 'a disk that it writes without versions is left alone', (test, scene) => {
  must('mv', scene.root, scene.dirty);
  test.match(
    refused('commit', scene.root),
    `${scene.root} is not there, and ${scene.dirty} is: another driver writes it`,
  );
  refused('prepare', 'reflink-origin', scene.root);
  refused('prepare', 'reflink', `${scene.root}:${scene.vm()}`);
  test.equal(hashOf(scene.dirty), scene.hash);
});

checkOn(
  ['XFS'],
  'what was written and is empty, as a crash leaves it, is not gone on with',
  (test, scene) => {
    writeFileSync(scene.dirty, '');
    utimesSync(scene.dirty, 1, 1);
    test.match(
      refused('prepare', 'reflink-origin', scene.root),
      `disk ${scene.dirty} is empty, as a crash leaves`,
    );
    test.match(refused('commit', scene.root), `${scene.dirty} is empty`);
    test.equal(hashOf(scene.root), scene.hash);
  },
);
