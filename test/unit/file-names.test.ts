// What the files and devices of a template are called, and what their names say.
import t from 'tap';
import {
  deviceName,
  findOurDevice,
  nameOf,
  nodeOf,
  originName,
  ourDevice,
  parseDeviceName,
  snapshotPrefix,
} from '../../src/devices/plan/device-names.ts';
import { type DeviceNumber, deviceNumber, deviceNumberOf } from '../../src/devices/plan/device-number.ts';
import { blockDisk, isLoopNumber } from '../../src/devices/plan/disk-key.ts';
import { folderOf } from '../../src/devices/plan/folder-of.ts';
import { deviceOf, imageKey, inodeOf, isImageKey } from '../../src/devices/plan/image-key.ts';
import { imageOfCow, isOfOwnRuns, ownCow, stalePath } from '../../src/devices/plan/own-cow.ts';
import { abandonedSuffix, cowOfMark, revertedPath, revertMark } from '../../src/devices/plan/revert-names.ts';

t.test('the cow of X.img is X-cow.img, and no other image has one', async t => {
  t.equal(ownCow('/t/root.img'), '/t/root-cow.img');
  t.equal(ownCow('/t/a.img.b.img'), '/t/a.img.b-cow.img');
  for (const image of ['/t/root.raw', '/t/root.img.old', '/t/rootimg']) t.equal(ownCow(image), undefined);
  t.equal(imageOfCow('/t/root-cow.img'), '/t/root.img');
  for (const path of ['/t/root.img', '/t/root-cow.img.old', '/t-cow.img/x']) t.equal(imageOfCow(path), path);
});

t.test("a cow is of a template's own runs by its name, or as the undo of one", async t => {
  for (const cow of ['/t/root-cow.img', '/t/root-cow.img.old', '/t/root-cow.img.old.2'])
    t.ok(isOfOwnRuns('/t/root.img', cow), cow);
  for (const cow of ['/t/root-cow.imgx', '/t/private-cow.img', '/other/root-cow.img', '/v/volatile.img'])
    t.notOk(isOfOwnRuns('/t/root.img', cow), cow);
  t.notOk(isOfOwnRuns('/dev/vg/root', '/dev/vg/root-cow.img'));
});

t.test('cows that are put aside, one after the other, have names of their own', async t => {
  t.equal(stalePath('/t/root-cow.img', 0), '/t/root-cow.img.stale');
  t.equal(stalePath('/t/root-cow.img', 1), '/t/root-cow.img.stale.1');
});

t.test('the mark of a revert, and what it has to merge, are called by the cow', async t => {
  const mark = revertMark('/t/root-cow.img');
  t.equal(mark, '/t/root-cow.img.reverting');
  t.equal(cowOfMark(mark), '/t/root-cow.img');
  t.equal(cowOfMark('/t/root-cow.img'), '/t/root-cow.img');
  t.equal(revertedPath('/t/root-cow.img', 2), '/t/root-cow.img.reverting.2');
});

t.test('what is given up is kept under the second in which that was, without colons', async t => {
  t.equal(abandonedSuffix(new Date('2026-11-28T09:08:07.654Z')), '.abandoned-2026-11-28T090807Z');
});

t.test('the folder of a path ends with its slash', async t => {
  t.equal(folderOf('/t/root.img'), '/t/');
  t.equal(folderOf('/root.img'), '/');
  t.equal(folderOf('root.img'), '');
});

t.test('the numbers in a key are those of the file', async t => {
  const key = imageKey(0xfd01n, 18446744073709551615n);
  t.equal(deviceOf(key), 0xfd01n);
  t.equal(inodeOf(key), 18446744073709551615n);
});

t.test('a key has hexadecimal digits, a colon and decimal digits, as many as there can be', async t => {
  for (const key of ['0:0', 'fd01:1311', `${'f'.repeat(16)}:${'9'.repeat(20)}`]) t.ok(isImageKey(key), key);
  for (const text of [
    '',
    ':',
    'fd01:',
    ':1',
    'FD01:1',
    'fd01:a',
    'x0:1',
    '0:1x',
    '0:1:2',
    `${'f'.repeat(17)}:1`,
    `0:${'9'.repeat(21)}`,
  ])
    t.notOk(isImageKey(text), text);
});

t.test('a device has a name and a node, and is found by either', async t => {
  const [base, cow] = [imageKey(1n, 2n), imageKey(1n, 3n)];
  const origin = {
    node: '/dev/mapper/origin-1:2',
    name: 'origin-1:2',
    identity: { type: 'origin', base },
  } as const;
  const snapshot = {
    node: '/dev/mapper/snapshot-1:2-1:3',
    name: 'snapshot-1:2-1:3',
    identity: { type: 'snapshot', base, cows: [cow] },
  } as const;
  for (const device of [origin, snapshot]) {
    t.same(findOurDevice(device.node), device);
    t.same(findOurDevice(device.name), device);
    t.same(ourDevice(device.identity as Parameters<typeof ourDevice>[0]), device);
    t.equal(nodeOf(device.name), device.node);
    t.equal(nameOf(device.node), device.name);
  }
  t.equal(nameOf('/dev/sda'), '/dev/sda', 'what is no node of device-mapper keeps its name');
  for (const node of ['/dev/sda', '/dev/mapper/vg-root', 'x/dev/mapper/origin-1:2'])
    t.equal(findOurDevice(node), undefined, node);
  t.equal(originName(base), 'origin-1:2');
  t.equal(deviceName({ type: 'origin', base }), 'origin-1:2');
  t.ok(snapshot.name.startsWith(snapshotPrefix(base)));
  t.notOk('snapshot-1:20-1:3'.startsWith(snapshotPrefix(base)), 'nor is another base that begins alike');
});

t.test('a name with one part that is no key is none of ours', async t => {
  for (const name of [
    'snapshot-1:2-x-1:3',
    'snapshot-1:2-1:3-x',
    'snapshot-x-1:3',
    'snap-1:2-1:3',
    'origin',
    '-1:2',
  ])
    t.equal(parseDeviceName(name), undefined, name);
});

t.test('a device number has the bits that makedev gives it', async t => {
  t.equal(deviceNumber(7, 3), '7:3');
  // gnu_dev_makedev(0x12345, 0x6789a): the high parts of both lie above the low ones.
  const rdev = (0x12000n << 32n) | (0x345n << 8n) | (0x67800n << 12n) | 0x9an;
  t.equal(deviceNumberOf(rdev), `${0x12345}:${0x6789a}`);
});

t.test('a disk that is no file goes by its number, and a loop device is known by its own', async t => {
  t.equal(blockDisk('253:4' as DeviceNumber), 'block-253:4');
  t.ok(isLoopNumber('7:0' as DeviceNumber));
  for (const number of ['8:7', '77:0', '17:0']) t.notOk(isLoopNumber(number as DeviceNumber), number);
});
