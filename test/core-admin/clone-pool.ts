/**
 * Core-admin's own file-reflink driver, of a checkout, and ours take turns on one folder, each going on with what the other left:
 * `test/kernel/lab/boot.sh node build/test/core-admin/clone-pool.js CHECKOUT`.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { hashOf, MEBIBYTE, makeImage, writeRandomAt } from '../kernel/guest/images.ts';
import '../kernel/guest/own-etc.ts';
import { blockSnapshot, executable, must } from '../kernel/guest/programs.ts';
import {
  BOTH,
  beside,
  cleanedUp,
  cloneLoops,
  left,
  pointOf,
  prepared,
} from '../kernel/guest/reflink/world.ts';
import { Pool } from './pool.ts';

const [, , checkout = ''] = process.argv;
const version = readFileSync(join(checkout, 'version'), 'utf8').trim();

/** What the driver takes a volume for. */
interface Look {
  outdated: boolean;
  dirty: boolean;
  revisions: string[];
}

interface Scene {
  root: string;
  vm: string;
  driver(call: string, of: 'template' | 'vm', more?: Record<string, unknown>): Promise<unknown>;
  look(of: 'template' | 'vm'): Promise<Look>;
}

/** A run of ours that is committed. @returns the hash of the version that it made */
function run({ root }: Scene): string {
  const node = prepared('reflink-origin', root);
  writeRandomAt(node, 0, 70_000);
  const hash = hashOf(node);
  cleanedUp('reflink-origin', node);
  must(executable(), 'commit', root);
  return hash;
}

/** A run of the driver's. @returns the same */
async function runOfDriver({ root, driver }: Scene): Promise<string> {
  await driver('start', 'template');
  const dirty = root.replace(/\.img$/, '-dirty.img');
  writeRandomAt(dirty, 0, 70_000);
  const hash = hashOf(dirty);
  await driver('stop', 'template');
  return hash;
}

const SCENES: Readonly<Record<string, (test: Test, scene: Scene) => Promise<void>>> = {
  'runs of both are versions of each other': async (test, scene) => {
    const first = hashOf(scene.root);
    const ours = run(scene);
    test.same((await scene.look('template')).revisions, ['1']);
    const theirs = await runOfDriver(scene);
    test.same((await scene.look('template')).revisions, ['1', '2']);
    test.equal(hashOf(scene.root), theirs);
    const { stdout } = blockSnapshot('revisions', scene.root, '--json');
    const { revisions } = JSON.parse(stdout) as { revisions: { path: string }[] };
    test.same(
      revisions.map(({ path }) => hashOf(path)),
      [ours, first],
    );
    await scene.driver('revert', 'template', { revision: '1' });
    test.equal(hashOf(scene.root), first, 'it goes back to one of ours');
    must(executable(), 'revert', '--yes', scene.root);
    test.equal(hashOf(scene.root), theirs, 'and we to one of its');
    test.notOk((await scene.look('template')).dirty);
  },
  'what one has begun and not committed the other goes on with': async (test, scene) => {
    const node = prepared('reflink-origin', scene.root);
    writeRandomAt(node, 0, 4096);
    const hash = hashOf(node);
    cleanedUp('reflink-origin', node);
    test.ok((await scene.look('template')).dirty);
    await scene.driver('start', 'template');
    await scene.driver('stop', 'template');
    test.equal(hashOf(scene.root), hash, 'it commits what ours wrote');
    await scene.driver('start', 'template');
    writeRandomAt(scene.root.replace(/\.img$/, '-dirty.img'), 0, 4096);
    const later = hashOf(scene.root.replace(/\.img$/, '-dirty.img'));
    must(executable(), 'commit', scene.root);
    test.equal(hashOf(scene.root), later, 'and we what it left');
    await scene.driver('stop', 'template');
    test.equal(hashOf(scene.root), later);
  },
  'a VM of ours is outdated to it when the template has gone on': async (test, scene) => {
    const node = prepared('reflink', `${scene.root}:${scene.vm}`);
    test.notOk((await scene.look('vm')).outdated);
    run(scene);
    test.ok((await scene.look('vm')).outdated);
    cleanedUp('reflink', node);
    test.notOk((await scene.look('vm')).outdated);
    test.same(beside(scene.vm), []);
  },
  'a VM that one has left is started anew by the other': async (test, scene) => {
    await scene.driver('start', 'vm');
    writeRandomAt(scene.vm.replace(/\.img$/, '-dirty.img'), 0, 4096);
    const node = prepared('reflink', `${scene.root}:${scene.vm}`);
    test.equal(hashOf(node), hashOf(scene.root));
    // As when our machine stops at that moment, in the middle of the next start.
    must('losetup', '-d', node);
    writeFileSync(`${scene.vm.replace(/\.img$/, '-dirty.img')}~making`, 'half of one');
    await scene.driver('start', 'vm');
    test.same(beside(scene.vm), ['root-dirty.img'], 'it has removed what was half');
    test.equal(hashOf(scene.vm.replace(/\.img$/, '-dirty.img')), hashOf(scene.root));
    await scene.driver('stop', 'vm');
    test.same(beside(scene.vm), []);
  },
};

async function play(test: Test, folder: string, body: (typeof SCENES)[string]): Promise<void> {
  for (const name of ['t', 'vm', 'appvms', 'vm-templates'])
    mkdirSync(join(folder, name), { recursive: true });
  const pool = new Pool(checkout, 'clone-pool.py', folder);
  const driver: Scene['driver'] = (call, of, more = {}) => pool.do(call, { of, ...more });
  try {
    await body(test, {
      root: makeImage(join(folder, 't/root.img'), 4 * MEBIBYTE, 'random'),
      vm: join(folder, 'vm/root.img'),
      driver,
      look: async of => (await driver('look', of)) as Look,
    });
    test.same(left(), [], 'nothing is left');
  } finally {
    await pool.stop();
    for (const { node } of cloneLoops()) must('losetup', '-d', node);
    rmSync(folder, { recursive: true });
  }
}

writeFileSync('/etc/block-snapshot.conf', 'REVISIONS=2\n');
t.setTimeout(0);
for (const filesystem of BOTH)
  for (const [name, scene] of Object.entries(SCENES))
    t.test(`core-admin ${version} and ours on ${filesystem}: ${name}`, test =>
      play(test, join(pointOf(filesystem), 'pool'), scene),
    );
