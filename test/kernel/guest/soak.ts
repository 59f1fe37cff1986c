// A host's life in simulated time, in one boot: nothing that is kept of it may become more, and an add may not have more to do at the
// end than at the beginning.
//   soak.js [HOURS [FILESYSTEM]]
// Without parameters a sample. On FILESYSTEM, xfs or btrfs, lies the template that clones are made of; the others are on ext4.
import { rmSync } from 'node:fs';
import t from 'tap';
import './own-etc.ts';
import { FILESYSTEMS, type Mounted } from './filesystems/mounts.ts';
import { xenstored } from './hotplug/surroundings.ts';
import { newFolder } from './images.ts';
import { changesIn, growth, median } from './soak/flat.ts';
import { countsOf, type Kept, kept } from './soak/kept.ts';
import { LEAKS, leakMemory } from './soak/leaks.ts';
import { HostLife } from './soak/life.ts';

const [given, clones = 'xfs'] = process.argv.slice(2);
const isSample = given === undefined;
const HOURS = Number(given ?? 3);
/** VMs that start and stop once an hour: so something happens every three minutes. */
const COME_AND_GO = isSample ? 4 : 10;
/** Hours from one template's update to the next one's. */
const UPDATE = isSample ? 2 : 4;
/**
 * KiB by which the kernel's memory may grow from the first third of the hours to the last: of 24 hours that is between 2 and 3 KiB
 * for each VM that starts between them. It goes up and down by some 200, with the kernel's own threads and what it has at hand.
 */
const GROWTH = 512;

t.setTimeout(0);

function mounted(name: string): Mounted {
  const filesystem = FILESYSTEMS.find(one => one.name.toLowerCase() === name);
  if (filesystem === undefined) throw new Error(`there is no filesystem ${name}`);
  return filesystem.mount(newFolder());
}

t.test('what is left over is noticed', async test => {
  const folder = newFolder();
  for (const [name, leak] of Object.entries(LEAKS)) {
    const before = countsOf([folder]);
    const takeAway = leak(folder);
    const noticed = changesIn([before, countsOf([folder])]).map(line => line.replace(/:.*/, ''));
    test.ok(noticed.includes(name), `${name}: ${noticed.join(', ')}`);
    await takeAway();
  }
  const { kernelMemory } = kept([]);
  const giveBack = leakMemory(2 * GROWTH, folder);
  const more = kept([]).kernelMemory - kernelMemory;
  test.ok(more > GROWTH, `of ${2 * GROWTH} KiB that the kernel keeps, ${more} are seen`);
  giveBack();
});

t.test(`after the first of ${HOURS} hours of a host's life nothing becomes more`, test => {
  // As other tests have left it.
  rmSync('/etc/block-snapshot.conf', { force: true });
  const filesystems = [mounted('ext4'), mounted(clones)];
  const folders = filesystems.map(({ point }) => point);
  const [snapshots = '', reflinks = ''] = folders;
  const life = new HostLife(snapshots, reflinks, COME_AND_GO);
  const hours: { kept: Kept; calls: number[] }[] = [];
  for (let hour = 0; hour < HOURS; hour++) {
    // In the first one all comes about that an update leaves: an undo, a former version.
    const updates = hour === 0 ? life.templates : hour % UPDATE === 0 ? [life.template(hour / UPDATE)] : [];
    const adds = life.hour(updates);
    const now = kept(folders);
    const calls = [life.template(0), life.template(2)].map(template => life.systemCalls(template));
    hours.push({ kept: now, calls });
    test.comment(
      `hour ${hour}: ${adds.length} adds in ${median(adds).toFixed(1)} ms, of ${calls.join(' and ')} system calls; ` +
        `the kernel has ${now.kernelMemory} KiB`,
    );
  }
  const later = hours.slice(1);
  test.same(changesIn(later.map(({ kept }) => kept.counts)), [], JSON.stringify(later[0]?.kept.counts));
  test.same(
    changesIn(later.map(({ calls: [snapshot = 0, clone = 0] }) => ({ snapshot, clone }))),
    [],
    'system calls of an add',
  );
  const more = growth(later.map(({ kept }) => kept.kernelMemory));
  // Two hours say nothing of it.
  test.ok(isSample || more <= GROWTH, `the kernel's memory: ${more} KiB more`);
  life.stopAll();
  for (const filesystem of filesystems) filesystem.unmount();
  test.end();
});

process.once('beforeExit', () => xenstored.stop());
