import t from 'tap';
import { asksSomebody, mountsOnTheWay, parseMounts } from '../../src/devices/plan/mount-table.ts';

const TABLE = String.raw`22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 ro,errors=remount-ro
30 22 0:27 / /mnt/with\040space rw - fuse.sshfs host:/ rw
31 22 8:2 / /mnt rw master:3 propagate_from:2 - xfs /dev/sda2 rw
32 31 0:28 / /mnt/f rw - nfs4 server:/ rw
not a line of it
`;

t.test('mounts are read with their filesystem, whatever optional fields there are', async t => {
  t.same(parseMounts(TABLE), [
    { id: 22, superblock: '8:1', point: '/', type: 'ext4', source: '/dev/sda1', writable: false },
    {
      id: 30,
      superblock: '0:27',
      point: '/mnt/with space',
      type: 'fuse.sshfs',
      source: 'host:/',
      writable: true,
    },
    { id: 31, superblock: '8:2', point: '/mnt', type: 'xfs', source: '/dev/sda2', writable: true },
    { id: 32, superblock: '0:28', point: '/mnt/f', type: 'nfs4', source: 'server:/', writable: true },
  ]);
});

t.test('a path lies on the deepest mount on its way, and a name that only begins alike is none', async t => {
  const on = (path: string) => mountsOnTheWay(parseMounts(TABLE), path).last.map(({ id }) => id);
  t.same(on('/mnt/f/other.iso'), [32]);
  t.same(on('/mnt/f'), [32]);
  t.same(on('/mnt/folder/other.iso'), [31]);
  t.same(on('/mnt/with space/a'), [30]);
  t.same(on('/mntx'), [22]);
  t.same(
    mountsOnTheWay(parseMounts(TABLE), '/mnt/f/a').before.map(({ id }) => id),
    [22, 31],
  );
});

t.test('two filesystems that are mounted over one another are both in question', async t => {
  const both = parseMounts(`${TABLE}40 31 0:40 / /mnt/f rw - ext4 /dev/sdb rw\n`);
  t.same(
    mountsOnTheWay(both, '/mnt/f/a').last.map(({ id }) => id),
    [32, 40],
  );
});

t.test('what lies with a server or a program may have to wait for it', async t => {
  for (const type of ['nfs', 'nfs4', 'cifs', 'fuse', 'fuseblk', 'fuse.bindfs', '9p', 'overlay', 'ceph'])
    t.ok(asksSomebody(type), type);
  for (const type of ['ext4', 'xfs', 'btrfs', 'vfat', 'tmpfs', 'fusectl']) t.notOk(asksSomebody(type), type);
});
