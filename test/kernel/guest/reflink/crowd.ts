// Many at once: VMs that start and stop while their template runs and is committed.
import { hashOf, writeRandomAt } from '../images.ts';
import { blockSnapshotBeside } from '../programs.ts';
import { BOTH, checkOn, cleanedUp, prepared, type Scene } from './world.ts';

const AT_ONCE = 4;
const STARTS = Number(process.env['CLONE_STARTS'] ?? 40);

/** On both where there are as many as in make test-long. */
const FILESYSTEMS = STARTS > 40 ? BOTH : ['XFS'];

/** Starts and stops a VM's disk again and again. @returns what each start showed, and what went wrong */
async function startAndStop({ root, vm }: Scene, name: string, times: number): Promise<string[]> {
  const images = `${root}:${vm(name)}`;
  const seen: string[] = [];
  for (let time = 0; time < times; time++) {
    const started = await blockSnapshotBeside('prepare', 'reflink', images);
    const node = started.stdout.trimEnd();
    if (started.status !== 0) return [...seen, started.stderr];
    seen.push(hashOf(node));
    writeRandomAt(node, 0, 4096);
    const stopped = await blockSnapshotBeside('cleanup', 'reflink', node);
    if (stopped.status !== 0 || stopped.stderr !== '') return [...seen, stopped.stderr];
  }
  return seen;
}

checkOn(
  FILESYSTEMS,
  'four start and stop at a time, and each start shows a version, whole',
  async (test, scene) => {
    const run = prepared('reflink-origin', scene.root);
    writeRandomAt(run, 0, 100_000);
    const newest = hashOf(run);
    cleanedUp('reflink-origin', run);
    const names = Array.from({ length: AT_ONCE }, (_, index) => `vm${index}`);
    const starting = names.map(name => startAndStop(scene, name, STARTS / AT_ONCE));
    const { status, stderr } = await blockSnapshotBeside('commit', scene.root);
    test.same([status, stderr], [0, ''], "a commit in between is in nobody's way");
    const seen = (await Promise.all(starting)).flat();
    test.equal(seen.length, STARTS);
    test.same(
      seen.filter(hash => hash !== scene.hash && hash !== newest),
      [],
    );
    test.ok(seen.includes(newest), 'those that come later show the newest');
  },
);
