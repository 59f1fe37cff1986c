import t from 'tap';
import type { Claim } from '../../../src/claims/claims.ts';
import { originName, snapshotName } from '../../../src/devices/plan/device-names.ts';
import { imageKey } from '../../../src/devices/plan/image-key.ts';
import { attachmentKey, parseLibvirtKey } from '../../../src/libvirt/attachments.ts';
import { claimedDisks, namesOfClaims } from '../../../src/libvirt/claimed-disks.ts';
import { guestOfFolder, linkPath } from '../../../src/libvirt/domain-links.ts';
import { overviewOf } from '../../../src/overview/build/overview-of.ts';
import { unusedNodes } from '../../../src/overview/conclusions.ts';
import { overviewSvg } from '../../../src/overview/graph/overview-svg.ts';
import { overviewText } from '../../../src/overview/text/overview-text.ts';
import { recordedDisks } from '../../../src/overview/users/vm-disks.ts';
import { coloursFor } from '../../../src/words/colours.ts';
import { World } from './world.ts';

const WORK = '0a6f4a5c-53c1-4c56-8d0e-1f2c0b9c3f11';
const MAIL = 'b3d0c7f2-0000-4000-8000-0123456789ab';

const BASE = imageKey(1n, 1n);
const cow = (inode: bigint) => imageKey(1n, inode);
const nodeOn = (inode: bigint) => `/dev/mapper/${snapshotName(BASE, [cow(inode)])}`;

function claim(uuid: string, target: string, inode: bigint): Claim {
  return {
    attachment: attachmentKey('qemu', uuid, target),
    identity: { type: 'snapshot', base: BASE, cows: [cow(inode)] },
  };
}

function oneLayer() {
  const world = new World();
  const layer = world.version(world.base('/t/root.img'));
  return { world, layer, users: () => overviewOf(world.facts).templates[0]?.versions[0]?.users ?? [] };
}

const textOf = (world: World) => overviewText(overviewOf(world.facts), coloursFor(false, {}), undefined);

t.test("the records of libvirt's disks are told from Xen's and from abandoned ones", test => {
  test.same(parseLibvirtKey(attachmentKey('libxl', WORK, 'xvda')), {
    driver: 'libxl',
    uuid: WORK,
    target: 'xvda',
  });
  for (const key of [
    'backend-vbd-5-51712',
    'abandoned-12-1700000000000-vda',
    `libvirt-qemu-${WORK}-`,
    `libvirt-lxc-${WORK}-vda`,
    'libvirt-qemu-1234-vda',
  ])
    test.equal(parseLibvirtKey(key), undefined, key);
  const claims: Claim[] = [
    claim(WORK, 'vda', 2n),
    { attachment: 'backend-vbd-5-51712', identity: { type: 'origin', base: BASE } },
  ];
  test.same(
    recordedDisks(claims).map(({ record, name }) => [record, name]),
    [['backend-vbd-5-51712', originName(BASE)]],
  );
  test.same(
    claimedDisks(namesOfClaims(claims), []).map(({ record, name }) => [record, name]),
    [[`libvirt-qemu-${WORK}-vda`, snapshotName(BASE, [cow(2n)])]],
  );
  test.end();
});

t.test('the folder of links gives back the name of its domain, and a lock none', test => {
  for (const guest of ['work', 'two words', '..', '.hidden', 'a/b', '100%', 'Büro 仕事', 'a\n\u001b[2J'])
    test.equal(guestOfFolder(linkPath(guest, 'vda').split('/')[3] ?? ''), guest);
  for (const folder of ['', '.', '..', `${BASE}.lock`, '%41', '%2e', 'x%', 'ü', '%FF'])
    test.equal(guestOfFolder(folder), undefined, folder);
  test.end();
});

t.test('a domain has the name under which the link of its disk leads to the device', test => {
  const claims = [claim(WORK, 'vda', 2n), claim(MAIL, 'vda', 3n), claim(MAIL, 'vdb', 4n)];
  const namesWith = (...links: [string, string, bigint][]) =>
    claimedDisks(
      namesOfClaims(claims),
      links.map(([guest, target, inode]) => ({ guest, target, node: nodeOn(inode) })),
    ).map(({ domain }) => domain);
  test.same(namesWith(['work', 'vda', 2n], ['mail', 'vda', 3n]), ['work', 'mail', 'mail']);
  test.same(namesWith(['work', 'vdb', 2n], ['mail', 'vda', 2n]), ['mail', undefined, undefined]);
  test.same(namesWith(['mail', 'vda', 3n], ['work', 'vdb', 4n]), [undefined, undefined, undefined]);
  test.same(namesWith(), [undefined, undefined, undefined]);
  test.end();
});

t.test('domains that share a device have names as far as their other disks tell them apart', test => {
  const shared = 9n;
  const link = (guest: string, target: string, inode: bigint) => ({ guest, target, node: nodeOn(inode) });
  const both = [link('work', 'vdb', shared), link('mail', 'vdb', shared)];
  const claims = [claim(WORK, 'vdb', shared), claim(MAIL, 'vdb', shared)];
  const namesOf = (all: Claim[], links: typeof both) =>
    claimedDisks(namesOfClaims(all), links).map(({ uuid, target, domain }) => [uuid, target, domain]);
  test.same(namesOf(claims, both), [
    [WORK, 'vdb', undefined],
    [MAIL, 'vdb', undefined],
  ]);
  test.same(
    namesOf(
      [...claims, claim(WORK, 'vda', 2n), claim(MAIL, 'vda', 3n)],
      [...both, link('work', 'vda', 2n), link('mail', 'vda', 3n)],
    ),
    [
      [WORK, 'vdb', 'work'],
      [WORK, 'vda', 'work'],
      [MAIL, 'vdb', 'mail'],
      [MAIL, 'vda', 'mail'],
    ],
  );
  test.same(
    namesOf(claims, [link('work', 'vdb', shared)]),
    [
      [WORK, 'vdb', undefined],
      [MAIL, 'vdb', undefined],
    ],
    'the other is starting, and has no link yet',
  );
  test.end();
});

t.test('a device that a domain has claimed and nobody has open is not unused', async test => {
  const { world, layer, users } = oneLayer();
  world.domain(layer, WORK, 'work');
  test.match(users(), [{ kind: 'libvirt', name: 'work', uuid: WORK, driver: 'qemu', target: 'vda' }]);
  test.same(unusedNodes(overviewOf(world.facts)), []);
  const text = await textOf(world);
  test.match(text, /root-cow\.img .* current +work \(vda\)\n/);
  test.notMatch(text, /nobody/i);
  world.facts.claimed = [];
  test.equal(unusedNodes(overviewOf(world.facts)).length, 1, 'without the claim it is');
  test.end();
});

t.test('an origin that a domain has claimed is not unused', test => {
  const world = new World();
  world.domain(world.origin(world.base('/t/root.img'), 0), WORK, 'the-template');
  test.match(overviewOf(world.facts).templates[0]?.origin, {
    unused: false,
    users: [{ name: 'the-template' }],
  });
  test.end();
});

t.test('a domain without a name has the beginning of its uuid, in the picture all of it', async test => {
  const { world, layer } = oneLayer();
  world.domain(layer, WORK, undefined);
  world.domain(layer, MAIL, 'mail\u001b[2J\n', { target: 'vdb' });
  const text = await textOf(world);
  test.match(text, ' domain 0a6f4a5c… (vda), mail\\x1b[2J\\x0a (vdb)\n');
  const picture = overviewSvg(overviewOf(world.facts));
  test.match(picture, '>domain 0a6f4a5c…</text>');
  test.match(picture, '>libvirt · vda</text>');
  test.match(picture, `qemu, uuid ${WORK}</title>`);
  test.end();
});

t.test('the process of a domain is shown beside it', test => {
  const { world, layer, users } = oneLayer();
  world.domain(layer, WORK, 'work');
  layer.openCount += 1;
  world.facts.openers.push({ kind: 'process', device: layer.device, pid: 7, name: 'qemu-system-x86' });
  test.match(users(), [{ kind: 'libvirt' }, { kind: 'process', pid: 7 }]);
  test.equal(users().length, 2);
  test.end();
});

t.test("a domain of libvirt's driver for Xen that is a VM of Xen's on the device is one user", test => {
  const kindsFor = (driver: 'qemu' | 'libxl', vm: string | undefined, name: string | undefined) => {
    const { world, layer, users } = oneLayer();
    world.vm(layer, 5, vm);
    world.domain(layer, WORK, name, { driver });
    return users().map(({ kind }) => kind);
  };
  test.same(kindsFor('libxl', 'work', 'work'), ['vm']);
  test.same(kindsFor('libxl', 'mail', 'work'), ['vm', 'libvirt'], 'the VM is another');
  test.same(kindsFor('libxl', undefined, 'work'), ['vm', 'libvirt'], 'the VM is gone');
  test.same(kindsFor('libxl', 'work', undefined), ['vm', 'libvirt'], 'the name is not known');
  test.same(kindsFor('qemu', 'work', 'work'), ['vm', 'libvirt'], 'no domain of QEMU is a VM of Xen');
  test.end();
});

t.test("a domain's record of a device that is gone is shown like one of Xen's", async test => {
  const { world, layer } = oneLayer();
  world.domain(layer, WORK, 'work', { name: 'snapshot-1:1-1:2' });
  const text = await textOf(world);
  test.match(text, `devices that are gone:\n  libvirt-qemu-${WORK}-vda  work (vda)  snapshot-1:1-1:2\n`);
  test.match(
    overviewSvg(overviewOf(world.facts)),
    `libvirt-qemu-${WORK}-vda\nsnapshot-1:1-1:2\nits device is gone`,
  );
  test.end();
});
