// Snapshots' tables and status as the kernel prints them, and the store as it lies on disk.
import t from 'tap';
import { fileDisk } from '../../src/devices/plan/disk-key.ts';
import {
  areaPosition,
  CHUNK,
  chunkBytes,
  chunkOfException,
  countExceptions,
  exceptedChunk,
  exceptionsPerArea,
  HEADER_BYTES,
  keepingChunk,
  parseStoreHeader,
  printStoreHeader,
  setException,
} from '../../src/devices/plan/exception-store.ts';
import { imageKey } from '../../src/devices/plan/image-key.ts';
import { parseOriginTable } from '../../src/devices/plan/origin-table.ts';
import { parseSnapshotStatus } from '../../src/devices/plan/snapshot-status.ts';
import { parseMergeTable, parseSnapshotTable } from '../../src/devices/plan/snapshot-table.ts';
import { planStack } from '../../src/devices/plan/stack-plan.ts';
import { sectors } from '../../src/devices/plan/units.ts';

const line = (type: string, parameters: string, start = 0) => ({ start, length: 8192, type, parameters });

t.test('a snapshot that serves says how full it is', async t => {
  t.same(parseSnapshotStatus([line('snapshot', '272/1048576 16')]), {
    kind: 'serving',
    used: 272,
    all: 1048576,
    metadata: 16,
  });
  t.match(parseSnapshotStatus([line('snapshot', ' 0/8 0 ')]), {
    kind: 'serving',
    used: 0,
    all: 8,
    metadata: 0,
  });
});

t.test('a snapshot that does not serve says why, and what nobody knows is unknown', async t => {
  for (const [said, kind] of [
    ['Invalid', 'invalid'],
    ['Overflow', 'overflow'],
    ['Merge failed', 'merge failed'],
    ['Unknown', 'unknown'],
    ['', 'unknown'],
    ['x 272/1048576 16', 'unknown'],
    ['272/1048576 16 x', 'unknown'],
    ['272/1048576', 'unknown'],
    ['a/8 0', 'unknown'],
  ] as const)
    t.same(parseSnapshotStatus([line('snapshot', said)]), { kind }, said);
  t.same(parseSnapshotStatus([]), { kind: 'unknown' });
});

t.test('a table is a snapshot of the whole device, or none', async t => {
  const whole = '253:10 7:21 P 256';
  t.match(parseSnapshotTable([line('snapshot', whole)]), {
    origin: '253:10',
    cow: '7:21',
    chunk: 256,
    discardZeroesCow: false,
  });
  t.match(parseSnapshotTable([line('snapshot', `${whole} 2 discard_zeroes_cow discard_passdown_origin`)]), {
    discardZeroesCow: true,
  });
  t.match(parseSnapshotTable([line('snapshot', `${whole} 1 discard_passdown_origin`)]), {
    discardZeroesCow: false,
  });
  t.match(
    parseSnapshotTable([line('snapshot', ` ${whole} `)]),
    { chunk: 256 },
    'blanks around it do not matter',
  );
  t.equal(parseSnapshotTable([line('snapshot', whole, 8)]), undefined, 'it begins behind the beginning');
  for (const other of [
    `x${whole}`,
    '253 7:21 P 256',
    '253:10 7: P 256',
    '253:10 7:21 P x',
    '253:10 7:21 P 256x',
    '',
  ])
    t.equal(parseSnapshotTable([line('snapshot', other)]), undefined, other);
});

t.test('a device that is being merged has a table of the same form, and another type', async t => {
  t.match(parseMergeTable([line('snapshot-merge', '7:0 7:1 P 16')]), {
    type: 'snapshot',
    origin: '7:0',
    chunk: 16,
  });
  t.equal(parseMergeTable([line('snapshot', '7:0 7:1 P 16')]), undefined);
});

t.test('an origin is one of the whole device, or none', async t => {
  t.match(parseOriginTable([line('snapshot-origin', ' 253:10 ')]), { length: 8192, base: '253:10' });
  for (const targets of [
    [],
    [line('snapshot-origin', '7:0'), line('snapshot-origin', '7:0')],
    [line('snapshot-origin', '7:0', 8)],
    [line('snapshot', '7:0')],
    [line('snapshot-origin', '7:0 0')],
    [line('snapshot-origin', 'x7:0')],
    [line('snapshot-origin', '7:')],
    [line('snapshot-origin', ':0')],
  ])
    t.equal(parseOriginTable(targets), undefined, JSON.stringify(targets));
});

t.test('a header counts as a store only with a chunk size that the kernel takes', async t => {
  const header = (chunk: number, valid = 1, magic = 0x70416e53) => {
    const words = new DataView(new ArrayBuffer(HEADER_BYTES));
    words.setUint32(0, magic, true);
    words.setUint32(4, valid, true);
    words.setUint32(8, 1, true);
    words.setUint32(12, chunk, true);
    return parseStoreHeader(words.buffer);
  };
  for (const chunk of [1, 2, 8, 256, 2 ** 30]) t.same(header(chunk), { kind: 'store', valid: true, chunk });
  for (const chunk of [0, 3, 255, 257, 2 ** 31, 2 ** 32 - 1])
    t.same(header(chunk), { kind: 'foreign' }, `${chunk}`);
  t.match(header(256, 0), { valid: false });
  t.same(header(256, 1, 0x12345678), { kind: 'foreign' }, "another program's");
});

t.test(
  'a metadata chunk holds an exception for each 16 bytes, and lies in front of the chunks that it names',
  async t => {
    t.equal(chunkBytes(CHUNK), 128 * 1024);
    t.equal(exceptionsPerArea(CHUNK), 8192);
    t.equal(areaPosition(0, CHUNK), 128 * 1024, 'behind the header');
    t.equal(areaPosition(1, CHUNK), (1 + 8193) * 128 * 1024);
    t.equal(areaPosition(2, sectors(16)), (1 + 2 * 513) * 8192);
  },
);

t.test(
  'exceptions are counted up to the first that names no chunk, and each says which chunk it stands for',
  async t => {
    const exceptions = (...pairs: [bigint, bigint][]) => {
      const view = new DataView(new ArrayBuffer(64));
      pairs.forEach(([old, fresh], index) => {
        view.setBigUint64(index * 16, old, true);
        view.setBigUint64(index * 16 + 8, fresh, true);
      });
      return view.buffer;
    };
    t.equal(countExceptions(exceptions()), 0);
    t.equal(countExceptions(exceptions([0n, 2n], [7n, 3n])), 2, 'the first chunk of the base is one, too');
    t.equal(countExceptions(exceptions([1n, 2n], [9n, 0n], [1n, 5n])), 1);
    t.equal(countExceptions(exceptions([1n, 2n ** 32n])), 1, 'a chunk far behind is one');
    t.equal(
      countExceptions(exceptions([1n, 2n], [1n, 2n], [1n, 2n], [1n, 2n])),
      4,
      'none is behind the last',
    );
    t.equal(countExceptions(new ArrayBuffer(24)), 0, 'half of one is none');
    const some = exceptions([5n, 2n], [2n ** 40n, 3n]);
    t.equal(exceptedChunk(some, 0), 5);
    t.equal(exceptedChunk(some, 1), 2 ** 40);
  },
);

t.test('a stack is as deep as its name has room', async t => {
  const image = (inode: bigint) => {
    const key = imageKey(0xfd01n, inode);
    return { key, disk: fileDisk(key), path: `/${inode}` };
  };
  // "snapshot" has 8 bytes, "-fd01:1000" has 10: with 11 of them 118, and 9 more fit.
  const cows = Array.from({ length: 10 }, (_, index) => image(1001n + BigInt(index)));
  const layers = planStack(image(1000n), [...cows, image(200n)]);
  t.equal(layers.at(-1)?.name.length, 127);
  t.throws(() => planStack(image(1000n), [...cows, image(2000n)]), {
    message: "/1000 with 11 cows is too deep a stack: the device's name would be longer than 127 bytes",
  });
});

t.test('a store that is written is read as what it is', async t => {
  const chunk = sectors(64);
  const header = printStoreHeader(chunk);
  t.equal(header.length, HEADER_BYTES);
  t.same(parseStoreHeader(new Uint8Array(header).buffer), { kind: 'store', valid: true, chunk });
  t.equal(new DataView(header.buffer).getUint32(8, true), 1, 'the only version that the kernel takes');
  const metadata = new ArrayBuffer(chunkBytes(chunk));
  setException(metadata, 0, 0, 2);
  setException(metadata, 1, 2 ** 33, 3);
  t.equal(countExceptions(metadata), 2);
  t.same(
    [0, 1].map(index => exceptedChunk(metadata, index)),
    [0, 2 ** 33],
  );
  t.same(
    [0, 1].map(index => keepingChunk(metadata, index)),
    [2, 3],
  );
});

t.test(
  'what a store keeps lies behind the metadata that names it, and never where metadata lies',
  async t => {
    const chunk = sectors(64);
    const perArea = exceptionsPerArea(chunk);
    const chunkOf = (number: number) => chunkOfException(number, chunk);
    const areas = [0, 1, 2].map(index => areaPosition(index, chunk) / chunkBytes(chunk));
    t.same([chunkOf(0), chunkOf(perArea - 1), chunkOf(perArea)], [2, perArea + 1, perArea + 3]);
    const kept = Array.from({ length: 2 * perArea + 1 }, (_, number) => chunkOf(number));
    t.equal(new Set(kept).size, kept.length, 'each has a chunk of its own');
    t.same(
      kept.filter(one => areas.includes(one)),
      [],
    );
    t.ok(kept.every((one, number) => one > (areas[Math.floor(number / perArea)] ?? Number.NaN)));
  },
);
