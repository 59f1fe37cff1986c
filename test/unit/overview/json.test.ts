import t from 'tap';
import { bytes } from '../../../src/devices/plan/units.ts';
import { overviewOf } from '../../../src/overview/build/overview-of.ts';
import { overviewJson } from '../../../src/overview/json.ts';
import { sampleWorld } from './sample.ts';
import { World } from './world.ts';

/** Every field with its type; an array by its first element. What is here is promised in docs/list.md. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, shapeOf(inner)]));
}

const IMAGE = {
  path: 'string',
  place: 'string',
  key: 'string',
  size: 'number',
  allocated: 'number',
  loop: 'string',
  device: 'string',
};

const VM = {
  kind: 'string',
  domain: 'number',
  name: 'string',
  gone: 'boolean',
  disk: 'number',
  connected: 'boolean',
  recorded: 'boolean',
};

const LIBVIRT = { kind: 'string', driver: 'string', uuid: 'string', name: 'string', target: 'string' };

const DEVICE = { node: 'string', device: 'string', state: 'string', suspended: 'boolean', size: 'number' };

const STALE = {
  record: 'string',
  domain: 'null',
  name: 'null',
  disk: 'null',
  driver: 'null',
  uuid: 'null',
  target: 'null',
  node: 'string',
};

const LAYER = {
  ...DEVICE,
  onBroken: 'boolean',
  outdated: 'boolean',
  cow: IMAGE,
  used: 'number',
  capacity: 'number',
  metadata: 'number',
  unknownUsers: 'number',
  unused: 'boolean',
};

t.test('the JSON has exactly the fields that are promised', test => {
  const world = new World();
  const base = world.base('/t/root.img');
  world.vm(world.origin(base, 0), 4, 'the-template');
  const version = world.version(base, { filled: 0.5 });
  world.vm(world.layer(base, [version], '/vm/volatile.img'), 5, 'work');
  world.attach('/vm/forgotten.img');
  const clone = world.attach('/vm/root-dirty.img');
  const loop = world.facts.loops.find(({ device }) => device === clone.device);
  if (loop === undefined) throw new Error('it is not attached');
  world.facts.clones.push({
    loop,
    type: 'reflink',
    image: '/vm/root.img',
    source: '/t/root.img',
    version: clone.key,
    newest: base.key,
  });
  world.facts.disks.push({
    domain: 5,
    disk: 51728,
    recorded: true,
    connected: false,
    record: 'backend-vbd-5-51728',
    name: loop.node,
    device: undefined,
  });
  world.facts.disks.push({
    domain: 9,
    disk: 51712,
    recorded: true,
    connected: false,
    record: 'backend-vbd-9-51712',
    name: 'snapshot-1:1-1:2',
    device: undefined,
  });
  world.facts.domainNames.set(9, 'late');
  world.facts.filesystems.set(0xfd01n, { point: '/t', size: bytes(4096), available: bytes(0) });
  world.layer(base, [], '/t/root-cow.img.old', { status: { kind: 'invalid' } });
  world.facts.derived.set('/t/root.img', { from: '/other/root.img', made: 0 });
  test.strictSame(shapeOf(JSON.parse(overviewJson(overviewOf(world.facts)))), {
    version: 'number',
    templates: [
      {
        image: IMAGE,
        size: 'number',
        derivedFrom: { path: 'string', time: 'string' },
        origin: { ...DEVICE, users: [VM], unknownUsers: 'number', unused: 'boolean' },
        versions: [{ ...LAYER, users: [], layers: [{ ...LAYER, users: [VM], layers: [] }] }],
      },
    ],
    clones: [
      {
        node: 'string',
        device: 'string',
        type: 'string',
        image: 'string',
        file: IMAGE,
        source: 'string',
        outdated: 'boolean',
        users: [VM],
        unused: 'boolean',
      },
    ],
    loopDevices: [{ node: 'string', device: 'string', file: IMAGE, users: [], unused: 'boolean' }],
    staleRecords: [{ ...STALE, domain: 'number', name: 'string', disk: 'number' }],
    unused: [],
    lost: [{ node: 'string', cow: 'string', users: [], toCommit: 'null' }],
    filesystems: [
      { path: 'string', size: 'number', available: 'number', unwritten: 'number', fits: 'boolean' },
    ],
  });
  test.end();
});

t.test("a disk of a domain of libvirt's has exactly the fields that are promised", test => {
  const world = new World();
  const version = world.version(world.base('/t/root.img'));
  const uuid = '0a6f4a5c-53c1-4c56-8d0e-1f2c0b9c3f11';
  world.domain(version, uuid, 'work');
  world.domain(version, uuid, undefined, { target: 'vdb' });
  world.domain(version, uuid, 'work', { target: 'vdc', name: 'snapshot-1:1-1:2' });
  const { templates, staleRecords, unused } = JSON.parse(overviewJson(overviewOf(world.facts)));
  const { users } = templates[0].versions[0];
  test.strictSame(users.map(shapeOf), [LIBVIRT, { ...LIBVIRT, name: 'null' }]);
  test.strictSame(users[1], { kind: 'libvirt', driver: 'qemu', uuid, name: null, target: 'vdb' });
  const stale = { ...STALE, name: 'string', driver: 'string', uuid: 'string', target: 'string' };
  test.strictSame(shapeOf(staleRecords), [stale]);
  test.match(staleRecords[0], { record: `libvirt-qemu-${uuid}-vdc`, node: '/dev/mapper/snapshot-1:1-1:2' });
  test.same(unused, [], 'the claim keeps the device');
  test.end();
});

t.test('a field of which nothing is known is null and never missing', test => {
  const world = new World();
  const base = world.attach('/t/root.img', 'deleted');
  const version = world.layer(base, [], '/t/root-cow.img', { status: { kind: 'invalid' }, place: 'deleted' });
  world.vm(version, 3, undefined);
  const [template] = JSON.parse(overviewJson(overviewOf(world.facts))).templates;
  test.match(template, {
    image: { path: '/t/root.img', place: 'deleted', size: null, allocated: null },
    origin: null,
    versions: [
      { outdated: null, used: null, capacity: null, metadata: null, users: [{ name: null, gone: true }] },
    ],
  });
  test.end();
});

t.test('the JSON is the same for the same facts', test => {
  test.equal(overviewJson(overviewOf(sampleWorld().facts)), overviewJson(overviewOf(sampleWorld().facts)));
  test.end();
});
