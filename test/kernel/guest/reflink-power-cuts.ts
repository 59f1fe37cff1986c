// The power fails at every point of what is done with templates of clones: all that reached the disk below the filesystem was recorded,
// and is done again up to each point on a copy.
//   reflink-power-cuts.js [full]: at 200 points of each; without it at some
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { commitReflink } from '../../../src/reflink/commit.ts';
import { plannedRevertOfClones, revertClones } from '../../../src/reflink/template.ts';
import { versionsOf } from '../../../src/reflink/versions.ts';
import { type Volume, volumeOf } from '../../../src/reflink/volume.ts';
import { kindOf } from '../../../src/templates/convert/convert.ts';
import { templateFiles } from '../../../src/templates/template-files.ts';
import { loadModules } from './filesystems/modules.ts';
import { hashOf, MEBIBYTE, makeImage, writeRandomAt } from './images.ts';
import { atPoints } from './life-crashes/points.ts';
import { type RecordedFilesystem, record, SHARING_RECORDED } from './life-crashes/recorded-disk.ts';
import { DRIVERS, must } from './programs.ts';
import { convertHere, HASHES_OF, OTHER, RUNS_OF } from './reflink/conversions.ts';
import { cleanedUp, prepared, type Scene } from './reflink/world.ts';
import { leftovers } from './state.ts';

const SAMPLE = process.argv[2] === 'full' ? 200 : 5;
const KEEP = { revisions: 9 };

must('insmod', `${DRIVERS}/md/dm-log-writes.ko`);
loadModules('xfs', 'btrfs');
t.setTimeout(0);

const rootIn = (mount: string) => join(mount, 'root.img');
const volumeIn = (mount: string): Volume => volumeOf({ role: 'template', path: rootIn(mount) });

/** The scene that one of the other tests has, on a disk of its own. */
function sceneIn(mount: string, filesystem: string): Scene {
  const root = rootIn(mount);
  return {
    filesystem,
    point: mount,
    folder: mount,
    root,
    dirty: join(mount, 'root-dirty.img'),
    hash: existsSync(root) ? hashOf(root) : '',
    vm: (name = 'vm') => join(mount, `${name}.img`),
  };
}

function template(mount: string): string {
  return hashOf(makeImage(rootIn(mount), MEBIBYTE, 'random'));
}

/** A run that is not committed, and of which nobody has synced anything. @returns what it made of the template */
function run(mount: string, position: number): string {
  const node = prepared('reflink-origin', rootIn(mount));
  const descriptor = openSync(node, 'r+');
  writeSync(descriptor, randomBytes(100_000), 0, 100_000, position);
  closeSync(descriptor);
  const hash = hashOf(node);
  cleanedUp('reflink-origin', node);
  return hash;
}

/** No name that counts stands for nothing. */
function noneEmpty(test: Test, mount: string, point: string): void {
  const empty = readdirSync(mount).filter(
    name => name.includes('.img') && !name.includes('~') && statSync(join(mount, name)).size === 0,
  );
  test.same(empty, [], `${point}: no file is empty`);
}

const hashesIn = (mount: string) => versionsOf(volumeIn(mount)).map(({ path }) => hashOf(path));

function onEach(name: string, body: (test: Test, kind: RecordedFilesystem) => Promise<void>): void {
  for (const kind of SHARING_RECORDED)
    t.test(`the power fails at points of ${name}: ${kind.name}`, async test => {
      await body(test, kind);
      test.same(leftovers(), [], 'nothing is left');
    });
}

onEach('a run and a commit of a template of clones', async (test, kind) => {
  let versions: string[] = [];
  const recording = await record(
    mount => {
      versions = [template(mount)];
      versions.unshift(run(mount, 0));
      commitReflink(volumeIn(mount), KEEP);
    },
    async mount => {
      versions.unshift(run(mount, 300_000));
      commitReflink(volumeIn(mount), KEEP);
    },
    kind,
  );
  const seen = { before: 0, after: 0 };
  await atPoints(test, recording, SAMPLE, (mount, point, done) => {
    noneEmpty(test, mount, point);
    const found = hashesIn(mount);
    const committed = found[0] === versions[0];
    seen[committed ? 'after' : 'before'] += 1;
    test.same(found, committed ? versions : versions.slice(1), `${point}: every version is there, whole`);
    if (done) test.ok(committed, `${point}: it was answered`);
    commitReflink(volumeIn(mount), KEEP);
    if (committed) test.same(hashesIn(mount), versions, `${point}: the next commit has nothing to do`);
    else test.ok(hashesIn(mount).includes(versions[1] ?? ''), `${point}: the next commit loses nothing`);
  });
  test.ok(seen.before > 0 && seen.after > 0, JSON.stringify(seen));
});

onEach('a revert of a template of clones', async (test, kind) => {
  let [before, after] = ['', ''];
  const recording = await record(
    mount => {
      after = template(mount);
      before = run(mount, 0);
      commitReflink(volumeIn(mount), KEEP);
    },
    async mount => void revertClones(volumeIn(mount), plannedRevertOfClones(volumeIn(mount), 1)),
    kind,
  );
  const seen = { before: 0, after: 0 };
  await atPoints(test, recording, SAMPLE, (mount, point, done) => {
    noneEmpty(test, mount, point);
    const [newest, ...former] = hashesIn(mount);
    test.ok(newest === before || newest === after, `${point}: the newest is one of both, whole`);
    seen[newest === after ? 'after' : 'before'] += 1;
    test.same(former, [newest === after ? before : after], `${point}: and the other is a revision`);
    if (done) test.equal(newest, after, `${point}: it was answered`);
  });
  test.ok(seen.before > 0 && seen.after > 0, JSON.stringify(seen));
});

onEach('the starts and ends of a template and of a VM', async (test, kind) => {
  let hash = '';
  const recording = await record(
    mount => {
      hash = template(mount);
    },
    async mount => {
      const { root, vm } = sceneIn(mount, kind.name);
      const [own, kept] = [
        prepared('reflink', `${root}:${vm('vm')}`),
        prepared('reflink', `${root}:${vm('kept')}:keep`),
      ];
      for (const node of [own, kept]) writeRandomAt(node, 0, 50_000);
      run(mount, 0);
      for (const node of [own, kept]) cleanedUp('reflink', node);
    },
    kind,
  );
  await atPoints(test, recording, SAMPLE, (mount, point) => {
    noneEmpty(test, mount, point);
    const { root, vm } = sceneIn(mount, kind.name);
    test.equal(hashOf(root), hash, `${point}: the template is as it was`);
    const kept = vm('kept');
    if (existsSync(kept)) test.equal(hashOf(kept), hash, `${point}: what is kept was made whole`);
    for (const images of [`${root}:${vm('vm')}`, `${root}:${kept}:keep`]) {
      const node = prepared('reflink', images);
      if (!images.endsWith(':keep')) test.equal(hashOf(node), hash, `${point}: a VM starts`);
      else test.equal(statSync(kept).size, MEBIBYTE, `${point}: one that keeps its disk starts`);
      cleanedUp('reflink', node);
    }
  });
});

for (const to of ['reflink', 'snapshot'] as const)
  onEach(`a conversion to type ${to}`, async (test, kind) => {
    let versions: string[] = [];
    const recording = await record(
      mount => {
        template(mount);
        versions = RUNS_OF[OTHER[to]](sceneIn(mount, kind.name));
      },
      async mount => void (await convertHere(rootIn(mount), to)),
      kind,
    );
    const seen = { before: 0, after: 0 };
    await atPoints(test, recording, SAMPLE, async (mount, point, done) => {
      noneEmpty(test, mount, point);
      const scene = sceneIn(mount, kind.name);
      const found = kindOf(templateFiles(scene.root)) ?? 'snapshot';
      seen[found === to ? 'after' : 'before'] += 1;
      test.same(HASHES_OF[found](scene), versions, `${point}: it is of type ${found}, with all versions`);
      if (done) test.equal(found, to, `${point}: it was answered`);
      await convertHere(scene.root, to);
      test.same(HASHES_OF[to](scene), versions, `${point}: the next one gets to the same end`);
    });
    test.ok(seen.before > 0 && seen.after > 0, JSON.stringify(seen));
  });
