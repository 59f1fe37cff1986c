import t from 'tap';
import { imageKey } from '../../../src/devices/plan/image-key.ts';
import { overviewOf } from '../../../src/overview/build/overview-of.ts';
import type { CloneDevice } from '../../../src/overview/facts.ts';
import { overviewSvg } from '../../../src/overview/graph/overview-svg.ts';
import { overviewJson } from '../../../src/overview/json.ts';
import { overviewText } from '../../../src/overview/text/overview-text.ts';
import { coloursFor } from '../../../src/words/colours.ts';
import { World } from './world.ts';

const ROOT = '/var/lib/t/root.img';

/** Two disks of VMs, of which one is outdated, and a template's own run that nobody has. */
function worldOfClones(): World {
  const world = new World();
  const add = (path: string, more: Pick<CloneDevice, 'type' | 'source' | 'version' | 'newest'>): string => {
    const { device } = world.attach(path);
    const loop = world.facts.loops.find(one => one.device === device);
    if (loop === undefined) throw new Error('it is not attached');
    world.facts.clones.push({ loop, image: path.replace('-dirty', ''), ...more });
    return loop.node;
  };
  const [old, present] = [imageKey(0xfd01n, 1n), imageKey(0xfd01n, 2n)];
  const work = add('/var/lib/work/root-dirty.img', {
    type: 'reflink',
    source: ROOT,
    version: old,
    newest: present,
  });
  const mail = add('/var/lib/mail/root-dirty.img', {
    type: 'reflink',
    source: ROOT,
    version: present,
    newest: present,
  });
  for (const [domain, name, node] of [
    [5, 'work', work],
    [6, 'mail', mail],
  ] as const) {
    world.facts.domainNames.set(domain, name);
    world.facts.disks.push({
      domain,
      disk: 51712,
      recorded: true,
      connected: false,
      record: `backend-vbd-${domain}-51712`,
      name: node,
      device: undefined,
    });
  }
  add('/var/lib/t/root-dirty.img', {
    type: 'reflink-origin',
    source: undefined,
    version: undefined,
    newest: undefined,
  });
  return world;
}

t.test('list shows each clone: what it is of, whether that has gone on, and who has it', async test => {
  const text = await overviewText(overviewOf(worldOfClones().facts), coloursFor(false, {}), undefined);
  test.equal(
    text,
    `
Disks that are clones of files:
  /dev/loop0  /var/lib/work/root-dirty.img  of ${ROOT}  outdated  work (xvda)
  /dev/loop1  /var/lib/mail/root-dirty.img  of ${ROOT}  current   mail (xvda)
  /dev/loop2  /var/lib/t/root-dirty.img                             running   nobody

Nobody uses these; this takes them down, with what only they need:
  block-snapshot cleanup reflink-origin /dev/loop2
`,
  );
  test.notMatch(text, 'carry nothing', 'their loop devices are no spare ones');
});

t.test('the same in JSON, with users as everywhere', async test => {
  const { clones, unused, loopDevices } = JSON.parse(overviewJson(overviewOf(worldOfClones().facts))) as {
    clones: Record<string, unknown>[];
    unused: string[];
    loopDevices: unknown[];
  };
  test.match(clones[0], {
    node: '/dev/loop0',
    type: 'reflink',
    image: '/var/lib/work/root.img',
    source: ROOT,
    outdated: true,
    unused: false,
    file: { path: '/var/lib/work/root-dirty.img', place: 'present' },
    users: [{ kind: 'vm', domain: 5, name: 'work', disk: 51712, recorded: true }],
  });
  test.match(clones[2], { type: 'reflink-origin', source: null, outdated: null, unused: true, users: [] });
  test.same([unused, loopDevices], [['/dev/loop2'], []]);
});

t.test('a record of a clone whose loop device is gone is a stale one, by its node', async test => {
  const world = worldOfClones();
  world.facts.clones.shift();
  world.facts.loops.shift();
  const { staleRecords } = JSON.parse(overviewJson(overviewOf(world.facts))) as { staleRecords: unknown[] };
  test.match(staleRecords, [{ record: 'backend-vbd-5-51712', node: '/dev/loop0', domain: 5 }]);
});

t.test('graph draws the clones of one image together, with who has them', async test => {
  const svg = overviewSvg(overviewOf(worldOfClones().facts));
  for (const word of [ROOT, 'work', 'mail', 'outdated', 'a clone', 'a run']) test.match(svg, word);
});
