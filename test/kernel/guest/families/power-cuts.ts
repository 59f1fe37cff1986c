// The power fails at every point of a derive and of a dedupe: all that reached the disk below the filesystem was recorded, and
// is done again up to each point on a copy.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { syncFolder } from '../../../../src/devices/kernel/sync-folder.ts';
import { makeWholeFile } from '../../../../src/devices/kernel/whole-file.ts';
import { loadModules } from '../filesystems/modules.ts';
import { hashOf, MEBIBYTE, makeImage } from '../images.ts';
import { atPoints } from '../life-crashes/points.ts';
import { record, SHARING_RECORDED } from '../life-crashes/recorded-disk.ts';
import { DRIVERS, kernel, must } from '../programs.ts';
import { leftovers } from '../state.ts';
import { dedupeHere, deriveHere } from './in-process.ts';

/** Points that are looked at, spread evenly. */
const SAMPLE = process.argv[2] === 'full' ? 200 : 12;

must('insmod', `${DRIVERS}/md/dm-log-writes.ko`);
loadModules('xfs', 'btrfs');

const parentIn = (mount: string) => join(mount, 'parent.img');
const childIn = (mount: string) => join(mount, 'child', 'root.img');

for (const kind of SHARING_RECORDED) {
  t.test(`the power fails at points of a derive: ${kind.name}`, async test => {
    let hash = '';
    const recording = await record(
      mount => {
        hash = hashOf(makeImage(parentIn(mount), MEBIBYTE, 'random'));
      },
      async mount => void deriveHere(parentIn(mount), join(mount, 'child')),
      kind,
    );
    const seen = { nothing: 0, whole: 0 };
    await atPoints(test, recording, SAMPLE, (mount, point, done) => {
      test.equal(hashOf(parentIn(mount)), hash, `${point}: the template is as it was`);
      const folder = join(mount, 'child');
      const names = existsSync(folder) ? readdirSync(folder) : [];
      if (names.length > 0) test.same(names, ['root.img'], `${point}: nothing else is there`);
      if (names.length > 0) test.equal(hashOf(childIn(mount)), hash, `${point}: the new one is whole`);
      if (done) test.equal(names.length, 1, `${point}: it was answered`);
      seen[names.length > 0 ? 'whole' : 'nothing'] += 1;
    });
    test.ok(seen.nothing > 0 && seen.whole > 0, JSON.stringify(seen));
    test.same(leftovers(), []);
  });

  t.test(`the power fails while a file is made that is never seen half: ${kind.name}`, async test => {
    const text = 'whole\n'.repeat(1000);
    const markIn = (mount: string) => join(mount, 'mark');
    const recording = await record(
      mount => void makeImage(parentIn(mount), MEBIBYTE, 'random'),
      async mount => {
        makeWholeFile(markIn(mount), 0o600, descriptor => kernel.writeText(descriptor, text));
        syncFolder(markIn(mount));
        // What others write has the filesystem write more.
        makeImage(join(mount, 'other.img'), MEBIBYTE, 'random');
        must('sync');
      },
      kind,
    );
    const seen = { nothing: 0, whole: 0 };
    await atPoints(test, recording, SAMPLE, (mount, point, done) => {
      const there = existsSync(markIn(mount));
      if (there) test.equal(readFileSync(markIn(mount), 'utf8'), text, `${point}: it is whole`);
      if (done) test.ok(there, `${point}: it was answered`);
      seen[there ? 'whole' : 'nothing'] += 1;
    });
    test.ok(seen.nothing > 0 && seen.whole > 0, JSON.stringify(seen));
  });

  t.test(`the power fails at points of a dedupe: ${kind.name}`, async test => {
    let hash = '';
    const recording = await record(
      mount => {
        hash = hashOf(makeImage(parentIn(mount), MEBIBYTE, 'random'));
        writeFileSync(join(mount, 'other.img'), readFileSync(parentIn(mount)));
      },
      async mount => {
        const { shared } = await dedupeHere([parentIn(mount), join(mount, 'other.img')]);
        test.equal(shared, MEBIBYTE);
      },
      kind,
    );
    await atPoints(test, recording, SAMPLE, (mount, point) => {
      const hashes = [parentIn(mount), join(mount, 'other.img')].map(hashOf);
      test.same(hashes, [hash, hash], `${point}: no byte is another`);
    });
    test.same(leftovers(), []);
  });
}
