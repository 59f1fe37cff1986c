import t from 'tap';
import { parseDeviceName, snapshotName } from '../../src/devices/plan/device-names.ts';
import { deviceNumberOf } from '../../src/devices/plan/device-number.ts';
import { takesDiscards } from '../../src/devices/plan/discards.ts';
import { fileDisk } from '../../src/devices/plan/disk-key.ts';
import { CHUNK, HEADER_BYTES, parseStoreHeader, storeSize } from '../../src/devices/plan/exception-store.ts';
import { imageKey } from '../../src/devices/plan/image-key.ts';
import { parseOriginTable, printOriginTable } from '../../src/devices/plan/origin-table.ts';
import { parseSnapshotTable, printSnapshotTable } from '../../src/devices/plan/snapshot-table.ts';
import { planStack } from '../../src/devices/plan/stack-plan.ts';
import { bytes, sectors, sectorsOf } from '../../src/devices/plan/units.ts';

t.test('a key is the device in hex and the inode in decimal', test => {
  test.equal(imageKey(0xfd01n, 1234567n), 'fd01:1234567');
  test.equal(imageKey(0n, 18446744073709551615n), '0:18446744073709551615');
  test.end();
});

t.test('a name that is printed is parsed back, and any other is not ours', test => {
  const [base, cow, cow2] = [imageKey(0xfd01n, 1n), imageKey(0xfd01n, 2n), imageKey(0xfd02n, 3n)];
  test.same(parseDeviceName(snapshotName(base, [cow, cow2])), { type: 'snapshot', base, cows: [cow, cow2] });
  test.same(parseDeviceName('origin-fd01:1'), { type: 'origin', base });
  for (const name of [
    '',
    'snapshot',
    'snapshot-fd01:1',
    'snapshot-FD01:1-fd01:2',
    'snapshot-fd01:1-',
    'snapshot-fd01:1-fd01:x',
    'origin-fd01:1-fd01:2',
    'origin-fd01',
    'vg-root',
    'snapshot-fd01:1-fd01:2\n',
  ])
    test.equal(parseDeviceName(name), undefined, JSON.stringify(name));
  test.end();
});

t.test('a device number is decoded as the C library encodes it', test => {
  test.equal(deviceNumberOf(0x700n), '7:0');
  test.equal(deviceNumberOf(0xfe03n), '254:3');
  test.equal(deviceNumberOf(0x100702n), '7:258');
  test.end();
});

t.test('discards are asked for where the kernel survives it', test => {
  const small = sectors(256);
  for (const release of ['4.19.0', '5.3.18-1', '6.1.0-52-amd64', '6.12.94-1.qubes.fc41.x86_64'])
    test.ok(takesDiscards(release, small), release);
  for (const release of ['6.13.0', '6.13-rc1', '6.18.44', '7.2.7\n', '10.0', 'something else', '', undefined])
    test.notOk(takesDiscards(release, small), String(release));
  test.ok(takesDiscards('7.2.7', sectors(512)), 'chunks of 256 KiB do no harm');
  test.end();
});

t.test('a snapshot table that is printed is parsed back', test => {
  const targets = (parameters: string, type = 'snapshot') => [{ start: 0, length: 8192, type, parameters }];
  for (const discardZeroesCow of [true, false]) {
    const table = parseSnapshotTable(
      targets(`7:0 7:1 P 256${discardZeroesCow ? ' 1 discard_zeroes_cow' : ''}`),
    );
    test.match(table, { length: 8192, origin: '7:0', cow: '7:1', chunk: 256, discardZeroesCow });
    test.ok(table !== undefined && parseSnapshotTable(targets(printSnapshotTable(table))));
  }
  test.match(parseSnapshotTable(targets('7:0 7:1 PO 16')), { chunk: 16 });
  test.equal(parseSnapshotTable(targets('7:0 7:1 N 256')), undefined, 'not persistent');
  test.equal(parseSnapshotTable(targets('7:0 7:1 P 256', 'snapshot-merge')), undefined);
  test.equal(parseSnapshotTable([...targets('7:0 7:1 P 256'), ...targets('7:0 7:1 P 256')]), undefined);
  test.equal(parseSnapshotTable([]), undefined);
  test.end();
});

t.test('an origin table that is printed is parsed back', test => {
  const table = { type: 'snapshot-origin', length: sectors(8), base: deviceNumberOf(0x700n) } as const;
  test.same(
    parseOriginTable([{ start: 0, length: 8, type: table.type, parameters: printOriginTable(table) }]),
    table,
  );
  test.equal(parseOriginTable([{ start: 0, length: 8, type: 'linear', parameters: '7:0 0' }]), undefined);
  test.end();
});

t.test('a store has room for every chunk, their metadata, the header and one chunk ahead', test => {
  const chunk = 128 * 1024;
  test.equal(storeSize(sectors(1)), (1 + 1 + 2) * chunk);
  test.equal(storeSize(sectors(8192 * CHUNK)), (8192 + 1 + 2) * chunk);
  test.equal(storeSize(sectors(8192 * CHUNK + 1)), (8193 + 2 + 2) * chunk);
  test.end();
});

t.test('a header says whether a cow is blank, a store, or something else', test => {
  const header = (...words: number[]) => {
    const buffer = new ArrayBuffer(HEADER_BYTES);
    words.forEach((word, index) => {
      new DataView(buffer).setUint32(index * 4, word, true);
    });
    return parseStoreHeader(buffer);
  };
  test.same(header(), { kind: 'blank' });
  test.same(header(0x70416e53, 1, 1, 256), { kind: 'store', valid: true, chunk: 256 });
  test.same(header(0x70416e53, 0, 1, 16), { kind: 'store', valid: false, chunk: 16 });
  test.same(header(0x12345678), { kind: 'foreign' });
  test.end();
});

t.test('a stack is planned from the base up, and takes no image twice', test => {
  const image = (inode: bigint, path: string) => {
    const key = imageKey(1n, inode);
    return { key, disk: fileDisk(key), path };
  };
  const [base, cow, cow2] = [image(1n, '/base'), image(2n, '/cow'), image(3n, '/cow2')];
  test.same(
    planStack(base, [cow, cow2]).map(layer => [layer.name, layer.first]),
    [
      ['snapshot-1:1-1:2', true],
      ['snapshot-1:1-1:2-1:3', false],
    ],
  );
  test.throws(() => planStack(base, [cow, image(2n, '/again')]), /\/cow and \/again are the same file/);
  test.throws(() => planStack(base, [cow, cow]), /\/cow is given twice/);
  test.end();
});

t.test('bytes behind the last full sector do not count', test => {
  test.equal(sectorsOf(bytes(1023)), 1);
  test.equal(sectorsOf(bytes(1024)), 2);
  test.end();
});
