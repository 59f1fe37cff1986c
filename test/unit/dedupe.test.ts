import { randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { addon, loadAddonFrom } from '../../src/native/addon.ts';
import { Addresses, type Stretch, stretchesOf } from '../../src/templates/dedupe/addresses.ts';
import { BLOCK, SHORTEST } from '../../src/templates/dedupe/blocks.ts';
import { whatIsLeft } from '../../src/templates/dedupe/let-extents-go.ts';
import { Pace } from '../../src/templates/dedupe/pace.ts';
import { type Run, runsInCommon } from '../../src/templates/dedupe/runs-in-common.ts';
import { whatToRead } from '../../src/templates/dedupe/what-to-read.ts';
import { PROJECT } from './executable.ts';

loadAddonFrom(join(PROJECT, 'dist/block-snapshot.node'));

/** Blocks are words here, each of them a checksum of its own; `.` is none that is looked for. */
function blocks(text: string): Uint32Array {
  return Uint32Array.from(text, character => (character === '.' ? 0 : (character.codePointAt(0) ?? 0)));
}

/** An image whose blocks lie at these addresses, in blocks; all of them somewhere of their own where none is given. */
function image(text: string, physical?: readonly number[]) {
  const stretches = (physical ?? []).map((address, block) => ({
    start: block * BLOCK,
    length: BLOCK,
    physical: address * BLOCK,
  }));
  return { checksums: blocks(text), addresses: new Addresses(stretches) };
}

function shown(runs: readonly Run[]): string[] {
  return runs.map(
    ({ source, destination, blocks: length }) =>
      `${length} of ${destination.image}:${destination.block} at ${source.image}:${source.block}`,
  );
}

t.test('what two images have in common is found wherever it lies, forwards and backwards', test => {
  test.same(shown(runsInCommon([image('abcdefgh'), image('xxefghyabcdz')])), [
    '4 of 1:2 at 0:4',
    '4 of 1:7 at 0:0',
  ]);
  // Whatever the distance: one of any four blocks is in the index.
  for (let distance = 0; distance < 9; distance++)
    for (let before = 0; before < 5; before++) {
      const own = '123456789'.slice(0, before);
      const moved = `${'uvwxyzUVW'.slice(0, distance)}abcd`;
      test.same(shown(runsInCommon([image(`${own}abcd`), image(moved)])), [
        `4 of 1:${distance} at 0:${before}`,
      ]);
    }
  test.end();
});

t.test('runs that are shorter than is worth an extent are left alone, and so are zeros and holes', test => {
  test.equal(SHORTEST, 4);
  test.same(runsInCommon([image('abc1def2'), image('abc3def4')]), []);
  test.same(runsInCommon([image('........'), image('........')]), []);
  test.same(shown(runsInCommon([image('abcd..abcd'), image('abcd....')])), ['4 of 1:0 at 0:0']);
  test.end();
});

t.test('of two places the longer run is taken', test => {
  test.same(shown(runsInCommon([image('0abcd123abcdef45'), image('9abcdefgh')])), ['6 of 1:1 at 0:8']);
  test.end();
});

t.test('blocks at the same address are not shared again, but with what another has as well', test => {
  const [first, second] = [image('abcdefgh', [1, 2, 3, 4, 5, 6, 7, 8]), 'abcdefgh'];
  test.same(shown(runsInCommon([first, image(second, [1, 2, 30, 40, 50, 6, 7, 8])])), ['3 of 1:2 at 0:2']);
  // The second one and its clone have it at another place.
  const theirs = () =>
    image('........abcdefgh', [91, 92, 93, 94, 95, 96, 97, 98, 11, 12, 13, 14, 15, 16, 17, 18]);
  test.same(
    shown(runsInCommon([image('abcdefgh', [1, 2, 3, 4, 5, 6, 7, 8]), theirs(), theirs()])),
    ['8 of 1:8 at 0:0', '8 of 2:8 at 0:0'],
    'all that have a block are led to the one that stays',
  );
  test.end();
});

t.test('random images: every run is equal, none overlaps another, and what was moved is found', test => {
  for (let round = 0; round < 200; round++) {
    const random = randomBytes(4000);
    const pieces = Array.from({ length: 20 }, (_, piece) =>
      Uint32Array.from({ length: 4 + ((random[piece] ?? 0) % 9) }, (_, at) => piece * 1000 + at + 1),
    );
    const order = pieces
      .map((_, index) => index)
      .sort((a, b) => (random[a + 50] ?? 0) - (random[b + 50] ?? 0));
    const sums = [pieces, order.map(index => pieces[index] ?? new Uint32Array())].map(parts =>
      Uint32Array.from(parts.flatMap(part => [...part])),
    );
    const before = sums.map(one => one.slice());
    const runs = runsInCommon(sums.map(checksums => ({ checksums, addresses: new Addresses([]) })));
    const covered = new Set<number>();
    for (const { source, destination, blocks: length } of runs)
      for (let at = 0; at < length; at++) {
        const own = before[destination.image]?.[destination.block + at];
        if (own !== before[source.image]?.[source.block + at] || covered.has(destination.block + at))
          test.fail(`round ${round}: ${shown(runs)}`);
        covered.add(destination.block + at);
      }
    if (covered.size !== sums[1]?.length) test.fail(`round ${round}: ${covered.size} of ${sums[1]?.length}`);
  }
  test.pass('200 of them');
  test.end();
});

function stretch(start: number, length: number, physical?: number): Stretch {
  return { start, length, physical };
}

t.test('what all share is not read, and what some share is read once', test => {
  const looks = whatToRead([
    [stretch(0, 100, 1000), stretch(100, 50, 5000), stretch(200, 10)],
    [stretch(0, 60, 1000), stretch(60, 40, 7000), stretch(300, 50, 5000)],
    [stretch(0, 80, 1000), stretch(90, 30, 7010)],
  ]);
  test.same(looks, [
    [
      { start: 60, length: 40, like: undefined },
      { start: 100, length: 50, like: undefined },
      { start: 200, length: 10, like: undefined },
    ],
    [
      { start: 60, length: 40, like: undefined },
      { start: 300, length: 50, like: { image: 0, start: 100 } },
    ],
    [
      { start: 60, length: 20, like: { image: 0, start: 60 } },
      { start: 90, length: 30, like: { image: 1, start: 70 } },
    ],
  ]);
  test.same(
    whatToRead([[stretch(0, 10, 50), stretch(20, 10, 45)], [stretch(0, 5, 900)]])[0],
    [
      { start: 0, length: 5, like: { image: 0, start: 25 } },
      { start: 5, length: 5, like: undefined },
      { start: 20, length: 10, like: undefined },
    ],
    'what an image has twice is read once as well',
  );
  test.end();
});

t.test('of stretches of which the larger part was shared, the rest is moved', test => {
  const stretches = [
    stretch(0, 100, 1000),
    stretch(100, 100, 5000),
    stretch(300, 100),
    stretch(400, 100, 9000),
  ];
  const spans = (...numbers: [number, number][]) => numbers.map(([start, end]) => ({ start, end }));
  test.same(whatIsLeft(stretches, spans([10, 60], [70, 120])), [spans([0, 10], [60, 70])]);
  test.same(whatIsLeft(stretches, spans([0, 200], [300, 390])), [], 'none, or where nothing can be told');
  test.same(whatIsLeft(stretches, spans([100, 150], [420, 500])), [spans([400, 420])]);
  test.same(whatIsLeft(stretches, spans([90, 410])), [], 'the larger part is left');
  test.end();
});

/** A file with blocks of these first bytes; 0 is a hole. */
function fileOf(test: Test, firstBytes: readonly number[]): number {
  const descriptor = openSync(join(test.testdir(), 'image'), 'w+');
  test.teardown(() => closeSync(descriptor));
  for (const [index, byte] of firstBytes.entries())
    if (byte !== 0) writeSync(descriptor, Buffer.alloc(BLOCK, byte), 0, BLOCK, index * BLOCK);
  ftruncateSync(descriptor, firstBytes.length * BLOCK);
  return descriptor;
}

t.test('checksums tell blocks apart, and zeros from all others', test => {
  const descriptor = fileOf(test, [1, 2, 0, 1, 0]);
  const [one = 0, two, hole, again, ...rest] = new Uint32Array(
    addon().blockChecksums(descriptor, 0, 7 * BLOCK, BLOCK),
  );
  test.not(one, 0);
  test.same([hole, again, rest], [0, one, [0, 0, 0]]);
  test.not(two, one);
  // One bit, wherever it is, is another block.
  const bytes = Buffer.alloc(BLOCK, 1);
  const seen = new Set([one]);
  for (let bit = 0; bit < 2048; bit++) {
    const changed = Buffer.from(bytes);
    const at = (bit * 16) >> 3;
    changed[at] = (changed[at] ?? 0) ^ (1 << (bit % 8));
    writeSync(descriptor, changed, 0, BLOCK, 0);
    seen.add(new Uint32Array(addon().blockChecksums(descriptor, 0, BLOCK, BLOCK))[0] ?? 0);
  }
  test.equal(seen.size, 2049);
  for (const block of [0, 500, 3000, 2 ** 21])
    test.throws(() => addon().blockChecksums(descriptor, 0, BLOCK, block), { code: 'EINVAL' });
  test.throws(() => addon().blockChecksums(descriptor, 0, 2 ** 40, BLOCK), { code: 'EINVAL' });
  test.end();
});

t.test('where the bytes of a file lie is told by the kernel, without its holes', test => {
  const descriptor = fileOf(test, [1, 1, 0, 0, 1, 0]);
  const stretches = stretchesOf(descriptor);
  test.equal(
    stretches.reduce((sum, { length }) => sum + length, 0),
    3 * BLOCK,
  );
  test.same([stretches[0]?.start, stretches.at(-1)?.start], [0, 4 * BLOCK]);
  const addresses = new Addresses(stretches);
  test.equal(addresses.of(2), undefined);
  test.equal(addresses.of(5), undefined);
  test.equal((addresses.of(1) ?? 0) - (addresses.of(0) ?? 0), BLOCK);
  test.equal(addresses.of(0), stretches[0]?.physical);
  test.equal(addresses.of(4), stretches.at(-1)?.physical);
  test.end();
});

t.test('bytes of a file that cannot be shared are an error by its name', test => {
  const descriptor = fileOf(test, [1, 1]);
  test.throws(() => addon().shareRange(descriptor, 0, descriptor, BLOCK, BLOCK), {
    message: /^share blocks of .*\/image: E/,
  });
  test.end();
});

t.test('a rate is held to, and what was not used is not made up for', async test => {
  let now = 0;
  const pace = new Pace(1000, {
    now: () => now,
    wait: async milliseconds => {
      now += milliseconds;
    },
  });
  await pace.pay(500);
  test.equal(now, 500);
  now += 10_000;
  await pace.pay(100);
  test.equal(now, 10_600);
  now += 50;
  await pace.pay(100);
  test.equal(now, 10_750);
  const waits: number[] = [];
  const wait = async (milliseconds: number) => void waits.push(milliseconds);
  const free = new Pace(Number.POSITIVE_INFINITY, { now: () => now, wait });
  await free.pay(10 ** 12);
  test.same(waits, []);
  now += 100;
  await free.pay(10 ** 12);
  test.same(waits, [0], 'signals come through now and then');
});
