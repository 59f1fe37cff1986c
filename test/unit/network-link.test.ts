import t from 'tap';
import { isLoop, isMadeOfOthers, isOnNetwork } from '../../src/devices/plan/network-link.ts';

/** What links of /sys/dev/block lead to. */
const DEVICES = '../../devices';

t.test('what is reached over a network is known by its place in sysfs', test => {
  for (const link of [
    `${DEVICES}/virtual/block/nbd0`,
    `${DEVICES}/virtual/block/nbd12/nbd12p1`,
    `${DEVICES}/rbd/0/block/rbd0`,
    `${DEVICES}/rbd/0/block/rbd0/rbd0p1`,
    `${DEVICES}/virtual/block/etherd!e0.0`,
    `${DEVICES}/platform/host3/session1/target3:0:0/3:0:0:0/block/sda`,
    `${DEVICES}/platform/host3/session1/target3:0:0/3:0:0:0/block/sda/sda1`,
    `${DEVICES}/pci0000:00/0000:00:03.0/host1/rport-1:0-0/target1:0:0/1:0:0:0/block/sdb`,
  ])
    test.ok(isOnNetwork(link), link);
  for (const link of [
    `${DEVICES}/virtual/block/dm-3`,
    `${DEVICES}/virtual/block/loop0`,
    `${DEVICES}/virtual/block/md0`,
    `${DEVICES}/virtual/block/zram0`,
    `${DEVICES}/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda`,
    `${DEVICES}/pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1`,
    `${DEVICES}/vbd-51712/block/xvda`,
  ])
    test.notOk(isOnNetwork(link), link);
  test.end();
});

t.test("what is made of others is device-mapper's, or md's", test => {
  const known = ['dm-3', 'md0', 'md_d1', 'loop0', 'nbd0', 'sda'].filter(name =>
    isMadeOfOthers(`${DEVICES}/virtual/block/${name}`),
  );
  test.same(known, ['dm-3', 'md0', 'md_d1']);
  test.ok(isLoop(`${DEVICES}/virtual/block/loop7`));
  test.notOk(isLoop(`${DEVICES}/virtual/block/loop7/loop7p1`));
  test.end();
});
