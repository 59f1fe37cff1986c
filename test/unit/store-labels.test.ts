// What a store and a base know of their past, as text and as rules.
import t from 'tap';
import {
  boundLabel,
  fits,
  givingLabel,
  isSameLabel,
  type Place,
} from '../../src/devices/plan/bound-store.ts';
import { parseDerivedLabel, printDerivedLabel } from '../../src/devices/plan/derived-label.ts';
import {
  type BaseLabel,
  contentVersion,
  isSame,
  parseBaseLabel,
  parseStoreLabel,
  printBaseLabel,
  printStoreLabel,
  randomVersion,
  type StoreLabel,
  type Version,
  withVersions,
} from '../../src/devices/plan/label.ts';

const version = (digit: string) => digit.repeat(12) as Version;
const [A, B, C, D, E, F, G] = [...'abcdef0'].map(version) as [
  Version,
  Version,
  Version,
  Version,
  Version,
  Version,
  Version,
];

const STORES: readonly StoreLabel[] = [
  { gives: A, on: [B, C], base: 1311n, at: 1_700_000_000_123_456_789n },
  { gives: undefined, on: [], base: 0n, at: undefined },
  { gives: A, on: [B], base: 18446744073709551615n, at: 0n },
  { gives: A, on: [A, B], base: 1n, at: undefined },
];

const BASES: readonly BaseLabel[] = [
  { is: [A, B], inode: 7n, size: 4096, modified: 5n, open: undefined },
  { is: [A], inode: 7n, size: 0, modified: 0n, open: { boot: '0123abcd', before: [B, C] } },
  { is: [], inode: 7n, size: 2 ** 40, modified: 9n, open: { boot: '0123abcd', before: [] } },
];

t.test("a store's label that is printed is parsed back, and has one form", async t => {
  for (const label of STORES) t.same(parseStoreLabel(printStoreLabel(label)), label);
  t.equal(printStoreLabel({ gives: A, on: [B, C], base: 5n, at: 6n }), `1 ${A} ${B},${C} 5 6 .`);
  t.equal(printStoreLabel({ gives: undefined, on: [], base: 5n, at: undefined }), '1 - - 5 - .');
  t.equal(printStoreLabel({ gives: A, on: [A, B], base: 5n, at: undefined }), `1 = ${A},${B} 5 - .`);
});

t.test("a base's label that is printed is parsed back, and has one form", async t => {
  for (const label of BASES) t.same(parseBaseLabel(printBaseLabel(label)), label);
  t.equal(
    printBaseLabel({ is: [A, B], inode: 1n, size: 2, modified: 3n, open: undefined }),
    `1 is=${A},${B} inode=1 size=2 modified=3 open=- before=- .`,
  );
  t.equal(
    printBaseLabel({ is: [A], inode: 1n, size: 2, modified: 3n, open: { boot: '00000001', before: [C] } }),
    `1 is=${A} inode=1 size=2 modified=3 open=00000001 before=${C} .`,
  );
});

t.test('a label that was cut short, or has anything else in it, is none', async t => {
  for (const [print, parse] of [
    [printStoreLabel(STORES[0] as StoreLabel), parseStoreLabel],
    [printBaseLabel(BASES[1] as BaseLabel), parseBaseLabel],
  ] as const) {
    for (let length = 0; length < print.length; length++) t.equal(parse(print.slice(0, length)), undefined);
    t.not(parse(`${print}\n`), undefined, 'a newline at its end does not matter');
    for (const text of [
      `${print}x`,
      `x${print}`,
      ` ${print}`,
      print.replace('1 ', '2 '),
      print.replace(A, 'aa'),
    ])
      t.equal(parse(text), undefined, text);
  }
  t.equal(parseStoreLabel(`1 ${A},${B} - 1 - .`), undefined, 'a store gives one version');
  t.equal(parseStoreLabel('1 = - 1 - .'), undefined, 'nor the first of none');
});

t.test('a list keeps its first version and the last five, each once', async t => {
  t.same(withVersions([], []), []);
  t.same(withVersions([A], [B, A]), [A, B]);
  t.same(withVersions([A, B, C], [D, E, F]), [A, B, C, D, E, F]);
  t.same(withVersions([A, B, C, D, E, F], [G]), [A, C, D, E, F, G]);
});

t.test('two lists are the same where they have a version in common', async t => {
  t.ok(isSame([A, B], [C, B]));
  t.notOk(isSame([A], [B]));
  t.notOk(isSame([], [A]));
  t.notOk(isSame([A], []));
});

t.test('a version has twelve hexadecimal digits, and is another for each change of an image', async t => {
  t.equal(randomVersion('0035dc7a-843c-4ff1-9e2b-86a30f2fa51b\n'), '0035dc7a843c');
  const versions = [
    contentVersion(1n, 2, 3n),
    contentVersion(2n, 2, 3n),
    contentVersion(1n, 3, 3n),
    contentVersion(1n, 2, 4n),
  ];
  t.equal(new Set(versions).size, 4);
  for (const each of versions) t.match(each, /^[0-9a-f]{12}$/);
  t.equal(contentVersion(1n, 2, 3n), versions[0], 'the same each time');
  t.not(contentVersion(1n, 11, 1n), contentVersion(11n, 1, 1n), 'the numbers do not run into one another');
});

/** Of FNV-1a with 64 bits: upgrades have to find the versions again that were written down. */
t.test('the version of contents stays the one that was written down', async t => {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from('1311 8192 1700000000000000000'))
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) % 2n ** 64n;
  t.equal(
    contentVersion(1311n, 8192, 1700000000000000000n),
    hash.toString(16).padStart(16, '0').slice(0, 12),
  );
});

/** In the middle of a stack: of a VM's own layers, on a base that nobody writes. */
const PLACE: Place = {
  below: [B],
  first: false,
  ownRuns: false,
  top: false,
  keeps: true,
  changed: 100n,
  written: false,
  base: 5n,
};
const label = (changes: Partial<StoreLabel> = {}): StoreLabel => ({
  gives: A,
  on: [B],
  base: 5n,
  at: 100n,
  ...changes,
});
const fresh = () => G;

t.test('a store may lie on what it was begun on, and anywhere where nothing is known of either', async t => {
  t.ok(fits(label(), PLACE));
  t.ok(fits(label({ on: [C, B] }), PLACE));
  t.notOk(fits(label({ on: [C] }), PLACE), 'another version');
  t.ok(fits(label({ on: [C] }), { ...PLACE, keeps: false }), 'one that keeps nothing has no past');
  t.ok(fits(undefined, PLACE), 'one without a label is taken as it is');
  t.ok(fits(label({ on: [] }), PLACE));
  t.ok(fits(label({ on: [C] }), { ...PLACE, below: undefined }));
});

t.test('a store that fits keeps what it lies on; one that is taken for it gets what is there', async t => {
  t.same(boundLabel(label({ on: [C, B] }), PLACE, fresh), label({ on: [C, B] }));
  t.same(boundLabel(label({ on: [C] }), PLACE, fresh), label({ on: [B] }));
  t.same(boundLabel(label({ on: [] }), PLACE, fresh), label({ on: [B] }));
  t.same(boundLabel(label({ on: [] }), { ...PLACE, below: undefined }, fresh), label({ on: [] }));
  t.same(
    boundLabel(label({ base: 4n }), PLACE, fresh),
    label({ base: 5n }),
    'the base is the one that is there',
  );
});

t.test('a store without a label that something lies on gives what nothing else has', async t => {
  t.same(boundLabel(undefined, PLACE, fresh), { gives: G, on: [B], base: 5n, at: 100n });
  t.same(
    boundLabel(undefined, { ...PLACE, first: true }, fresh),
    { gives: G, on: [B], base: 5n, at: undefined },
    'the first layer gives it however its file changes: what comes into it from below changes nothing of it',
  );
});

t.test('a store that keeps nothing gives what is under it', async t => {
  const blank = { ...PLACE, keeps: false };
  t.same(boundLabel(label({ gives: C, on: [C] }), blank, fresh), { gives: B, on: [B], base: 5n, at: 0n });
  t.same(boundLabel(label({ gives: C }), { ...blank, below: undefined }, fresh), {
    gives: C,
    on: [],
    base: 5n,
    at: 0n,
  });
  t.same(boundLabel(undefined, { ...blank, below: undefined }, fresh), {
    gives: G,
    on: [],
    base: 5n,
    at: 0n,
  });
  t.same(
    boundLabel(undefined, { ...blank, first: true, written: true }, fresh),
    { gives: G, on: [B], base: 5n, at: undefined },
    'in the middle of a run, what comes never again',
  );
  t.equal(
    boundLabel(undefined, { ...blank, written: true }, fresh).gives,
    B,
    'behind the first layer it does',
  );
  t.equal(boundLabel(undefined, { ...blank, first: true }, fresh).gives, B);
});

t.test('what a store gives counts as long as its file is not changed', async t => {
  t.same(givingLabel(label(), PLACE, fresh), label());
  t.same(givingLabel(label({ at: 99n }), PLACE, fresh), label({ gives: G }), 'it was written since');
  t.same(givingLabel(label({ at: 99n }), { ...PLACE, keeps: false }, fresh), label({ at: 99n }));
  t.same(givingLabel(label({ gives: undefined }), PLACE, fresh), label({ gives: G }));
  t.same(
    givingLabel(label({ at: 99n }), { ...PLACE, first: true }, fresh),
    label({ gives: G }),
    'the first layer, too, where a VM wrote through it once',
  );
});

t.test('from when on a VM may write through a store, it has the time of its last change', async t => {
  const timeless = label({ at: undefined });
  const top = { ...PLACE, top: true };
  t.equal(boundLabel(timeless, top, fresh).at, 100n);
  t.equal(boundLabel(timeless, { ...top, keeps: false }, fresh).at, 0n);
  t.equal(boundLabel(timeless, { ...top, ownRuns: true }, fresh).at, undefined, 'no VM writes through it');
  t.equal(boundLabel(timeless, { ...top, first: true }, fresh).at, 100n);
  t.equal(boundLabel(timeless, { ...PLACE, first: true }, fresh).at, undefined);
  t.equal(boundLabel(label({ at: 7n }), top, fresh).at, 7n, 'the one that it has stays');
  t.equal(
    boundLabel(label({ gives: undefined, at: 7n }), top, fresh).gives,
    undefined,
    'nothing lies on it yet',
  );
});

t.test('two labels are the same where they say the same in everything', async t => {
  t.ok(isSameLabel(label({ on: [A, B] }), label({ on: [A, B] })));
  for (const other of [
    { gives: B },
    { gives: undefined },
    { base: 4n },
    { at: 99n },
    { at: undefined },
    { on: [A] },
    { on: [B, A] },
    { on: [] },
  ])
    t.notOk(isSameLabel(label(), label(other)), JSON.stringify(Object.keys(other)));
});

t.test('what a template was derived from is read as it was noted, and nothing else is taken for it', test => {
  const label = { from: '/var/lib/with a space/ünd = /root.img', made: 1_764_512_345_678 };
  test.same(parseDerivedLabel(printDerivedLabel(label)), label);
  test.same(parseDerivedLabel(`${printDerivedLabel(label)}\n`), label);
  for (const text of [
    '',
    '1',
    '1 made= from=2:/x',
    '1 made=1 from=1:x',
    '2 made=1 from=2:/x',
    '1 made=1 from=5:/x\n/y',
    'x1 made=1 from=2:/x',
  ])
    test.equal(parseDerivedLabel(text), undefined, JSON.stringify(text));
  const whole = printDerivedLabel(label);
  for (let length = 0; length < whole.length; length++)
    test.equal(parseDerivedLabel(whole.slice(0, length)), undefined, 'cut short');
  test.end();
});
