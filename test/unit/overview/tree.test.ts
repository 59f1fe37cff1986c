import t from 'tap';
import { bytes } from '../../../src/devices/plan/units.ts';
import { overviewOf } from '../../../src/overview/build/overview-of.ts';
import { lostStores, unusedNodes } from '../../../src/overview/conclusions.ts';
import { type Layer, layersOf } from '../../../src/overview/overview.ts';
import { sampleWorld } from './sample.ts';
import { GIBIBYTE, MEBIBYTE, World } from './world.ts';

const pathsOf = (layers: Iterable<Layer>) => [...layers].map(({ cow }) => cow.path);

t.test('devices are grouped by the image at the bottom, and put on what their tables name', test => {
  const { templates } = overviewOf(sampleWorld().facts);
  test.same(
    templates.map(({ base }) => base.path?.split('/')[5]),
    ['archlinux-minimal', 'debian-12-xfce', 'fedora-40-xfce', 'whonix-gateway-17', 'whonix-workstation-17'],
  );
  test.same(
    templates.map(({ versions }) => versions.map(({ layers }) => layers.length)),
    [[5], [3, 1], [5, 2], [1], [2, 1]],
  );
  test.end();
});

t.test('a layer on an outdated version is outdated, and no other', test => {
  const { templates } = overviewOf(sampleWorld().facts);
  const outdated = templates
    .flatMap(({ versions }) => [...layersOf(versions)])
    .filter(layer => layer.outdated);
  test.same(
    pathsOf(outdated).map(path => path?.split('/').at(-2)),
    [
      'debian-12-xfce',
      'print',
      'fedora-40-xfce',
      'banking',
      'work',
      'whonix-workstation-17',
      'anon-download',
    ],
  );
  test.end();
});

t.test('stacks of any depth are shown', test => {
  const world = new World();
  const base = world.base('/t/root.img');
  const stack = [world.version(base)];
  for (let depth = 0; depth < 5; depth++) stack.push(world.layer(base, stack, `/vm/${depth}.img`));
  const [template] = overviewOf(world.facts).templates;
  test.same(pathsOf(layersOf(template?.versions ?? [])), [
    '/t/root-cow.img',
    ...[0, 1, 2, 3, 4].map(depth => `/vm/${depth}.img`),
  ]);
  test.end();
});

t.test('a version that does not serve any more takes with it what lies on it, however deep', test => {
  const world = new World();
  const base = world.base('/t/root.img');
  const version = world.version(base, { status: { kind: 'overflow' } });
  const own = world.layer(base, [version], '/vm/1.img');
  world.layer(base, [version, own], '/vm/2.img');
  const [template] = overviewOf(world.facts).templates;
  test.same(
    [...layersOf(template?.versions ?? [])].map(({ state, onBroken }) => [state, onBroken]),
    [
      ['overflow', false],
      ['active', true],
      ['active', true],
    ],
  );
  test.end();
});

t.test('the disk of a VM that the record and the kernel both tell of is one user', test => {
  const world = new World();
  const layer = world.version(world.base('/t/root.img'));
  world.vm(layer, 5, 'work', { recorded: true, connected: false, device: undefined });
  world.vm(layer, 5, 'work', { recorded: false, connected: true, record: undefined, name: undefined });
  const [template] = overviewOf(world.facts).templates;
  test.match(template?.versions[0], {
    users: [{ name: 'work', recorded: true, connected: true }],
    unknownUsers: 0,
  });
  test.equal(template?.versions[0]?.users.length, 1);
  test.end();
});

t.test('who has a device open and cannot be named is counted', test => {
  const world = new World();
  const layer = world.version(world.base('/t/root.img'), { openCount: 3 });
  const { device } = layer;
  const opener = { kind: 'process' as const, device, pid: 4, name: 'qemu' };
  world.facts.openers.push(opener, opener);
  const [template] = overviewOf(world.facts).templates;
  test.match(template?.versions[0], {
    users: [{ kind: 'process', pid: 4 }],
    unknownUsers: 1,
    unused: false,
  });
  test.equal(template?.versions[0]?.users.length, 1, 'a process with two descriptors is one');
  test.end();
});

t.test('of a stack that nobody uses the uppermost device is named', test => {
  const world = new World();
  const base = world.base('/t/root.img');
  const version = world.version(base);
  const own = world.layer(base, [version], '/vm/1.img');
  test.same(unusedNodes(overviewOf(world.facts)), [{ type: 'snapshot', node: `/dev/mapper/${own.name}` }]);
  test.end();
});

t.test('a layer whose image has gone while it was looked at is shown with what is known', test => {
  const world = new World();
  const base = world.base('/t/root.img');
  world.version(base);
  world.facts.loops = [];
  const [template] = overviewOf(world.facts).templates;
  test.match(template, {
    base: { path: undefined, device: '7:0' },
    versions: [{ cow: { path: undefined, device: '7:1' }, outdated: undefined }],
  });
  test.end();
});

t.test(
  'what can still be written counts each file once, and nothing that is not written to any more',
  test => {
    const world = new World(GIBIBYTE);
    const base = world.base('/t/root.img');
    world.facts.filesystems.set(0xfd01n, {
      point: '/t',
      size: bytes(9 * GIBIBYTE),
      available: bytes(GIBIBYTE),
    });
    const version = world.version(base);
    world.layer(base, [version], '/t/vm.img', { filled: 0.25, place: 'deleted' });
    world.layer(base, [], '/t/root-cow.img.old', { status: { kind: 'invalid' } });
    const [before] = overviewOf(world.facts).filesystems;
    const sparse = GIBIBYTE - MEBIBYTE;
    test.ok(before !== undefined && !before.fits);
    // Of the store without a name three quarters are left.
    test.ok((before?.unwritten ?? 0) > sparse + 0.74 * GIBIBYTE);
    test.ok((before?.unwritten ?? 0) < sparse + 0.77 * GIBIBYTE);
    world.origin(base, 0);
    const [running] = overviewOf(world.facts).filesystems;
    test.equal(
      running?.unwritten,
      (before?.unwritten ?? 0) + sparse,
      'the image of a template that runs is written to',
    );
    test.end();
  },
);

t.test('a store that overflowed: all who have lost a disk, and the commit where it ends the run', test => {
  const world = new World();
  const base = world.base('/t/root.img');
  const version = world.version(base, { status: { kind: 'invalid' } });
  world.vm(world.layer(base, [version], '/vm/one.img'), 5, 'one');
  const own = world.layer(base, [], '/t/root-cow.img.old', { status: { kind: 'overflow' } });
  world.vm(own, 6, 'two');
  const lost = () =>
    lostStores(overviewOf(world.facts)).map(({ layer, users, toCommit }) => [
      layer.cow.path,
      users.map(user => 'name' in user && user.name),
      toCommit,
    ]);
  test.same(lost(), [
    ['/t/root-cow.img', ['one'], '/t/root.img'],
    ['/t/root-cow.img.old', ['two'], undefined],
  ]);
  world.origin(base, 0);
  test.equal(lost()[0]?.[2], undefined, 'not while the template runs');
  test.end();
});
