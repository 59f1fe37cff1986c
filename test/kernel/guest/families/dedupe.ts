// What two templates have installed in another order is given back; no byte, no time changes.
import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { hashOf, MEBIBYTE, makeImage } from '../images.ts';
import { blockSnapshot, executable, must } from '../programs.ts';
import { dedupeHere, deriveHere } from './in-process.ts';
import { install, makeDisk, packagesOf, shuffled } from './packages.ts';
import { addressOf, checkSharing, newTemplate, roomOf } from './sharing-filesystem.ts';

/** Where it is measured: how much is installed. */
const measured = /^\d+$/.test(process.argv[2] ?? '') ? Number(process.argv[2]) : undefined;

/** Two templates that were derived from one, each with the same packages in its own order. */
function twoOfAFamily(point: string, megabytes: number) {
  const packages = packagesOf(megabytes);
  const base = newTemplate(point, 'base');
  makeDisk(base, 512);
  const [one, other] = ['one', 'other'].map(name => deriveHere(base, `${point}/${name}`).image);
  if (one === undefined || other === undefined) throw new Error('not derived');
  install(one, packages.folders);
  install(other, shuffled(packages.folders));
  return { base, one, other, bytes: packages.bytes };
}

/** Bytes, and all that is told of a file but when its inode was changed and what it takes. */
function stateOf(path: string): unknown {
  const { mtimeMs, size, mode, uid, ino, nlink } = statSync(path);
  return { hash: hashOf(path), mtimeMs, size, mode, uid, ino, nlink };
}

checkSharing('what was installed in another order is shared again', async (test, point, { name }) => {
  const { base, one, other, bytes } = twoOfAFamily(point, measured ?? 8);
  const before = [base, one, other].map(stateOf);
  const room = roomOf(point);
  const begun = performance.now();
  const { status, stdout, stderr } = blockSnapshot('dedupe', one, other, '--json');
  const took = performance.now() - begun;
  test.same([status, stderr], [0, '']);
  const { shared, freed, templates, leftOut } = JSON.parse(stdout);
  const given = roomOf(point) - room;
  test.same([base, one, other].map(stateOf), before, 'no byte and no time has changed');
  test.same([templates, leftOut], [[one, other], []]);
  if (measured !== undefined)
    test.comment(
      `${name}: of ${(bytes / MEBIBYTE).toFixed(1)} MiB ${(given / MEBIBYTE).toFixed(1)} were given back ` +
        `(${((100 * given) / bytes).toFixed(1)} %), ${(shared / MEBIBYTE).toFixed(1)} shared, in ${Math.round(took)} ms`,
    );
  test.ok(shared >= 0.85 * bytes, `${shared} of ${bytes} are shared`);
  test.ok(given >= 0.85 * bytes, `${given} of ${bytes} are given back`);
  test.ok(Math.abs(freed - given) < MEBIBYTE, `${freed} is said`);
  test.match(await dedupeHere([one, other]), { shared: 0 }, 'a second time nothing is left to do');
});

if (measured === undefined) {
  checkSharing(
    'three templates, of which two share already, end with one block of each',
    async (test, point) => {
      const first = makeImage(newTemplate(point, 'first'), 8 * MEBIBYTE, 'random');
      const second = newTemplate(point, 'second');
      // Not copied: that would share its blocks.
      writeFileSync(second, readFileSync(first));
      const third = deriveHere(second, `${point}/third`).image;
      // One more has nothing in common with them.
      const other = makeImage(newTemplate(point, 'other'), MEBIBYTE, 'random');
      const room = roomOf(point);
      const hashes = [first, second, third, other].map(hashOf);
      test.match(await dedupeHere([first, second, third, other]), { shared: 16 * MEBIBYTE });
      test.ok(roomOf(point) - room >= 7.9 * MEBIBYTE, 'the second, and with it the third');
      test.same([first, second, third, other].map(hashOf), hashes);
      test.same(new Set([first, second, third].map(addressOf)).size, 1);
    },
  );

  checkSharing('what all the templates share is not read', async (test, point) => {
    const first = makeImage(newTemplate(point, 'first'), 8 * MEBIBYTE, 'random');
    const second = deriveHere(first, `${point}/second`).image;
    write(second, Buffer.alloc(MEBIBYTE, 'x'), 2 * MEBIBYTE);
    const amounts: number[] = [];
    const progress = { start: (total: number) => amounts.push(total), update: () => {}, end: () => {} };
    test.match(await dedupeHere([first, second], { progress }), { shared: 0 });
    test.same(amounts, [2 * MEBIBYTE, 0], 'the mebibyte that differs, of each');
  });

  checkSharing('zeros and holes are left alone, and a dry run changes nothing', async (test, point) => {
    const bytes = Buffer.concat([Buffer.alloc(MEBIBYTE), Buffer.alloc(MEBIBYTE, 'text')]);
    const [first, second] = ['first', 'second'].map(name => {
      const image = makeImage(newTemplate(point, name), 4 * MEBIBYTE);
      write(image, bytes, MEBIBYTE);
      return image;
    });
    if (first === undefined || second === undefined) throw new Error('not made');
    const { stdout } = blockSnapshot('dedupe', first, second, '--dry-run');
    test.equal(stdout, `share: ${MEBIBYTE} bytes of ${second} are in ${first}, too (1.0 MiB)\n`);
    test.match(JSON.parse(must(executable(), 'dedupe', first, second, '--dry-run', '--json')), {
      plan: [/^share: /],
    });
    test.match(await dedupeHere([first, second], { rate: 8 * MEBIBYTE }), { shared: MEBIBYTE });
  });
}

function write(path: string, bytes: Buffer, position: number): void {
  const descriptor = openSync(path, 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, position);
  closeSync(descriptor);
}
