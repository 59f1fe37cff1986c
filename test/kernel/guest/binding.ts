// Stores and the versions that they were begun on, where people change images behind our back: on filesystems that keep a
// store's label in the file, and on those where it lies beside: binding.js [FILESYSTEM...]
import { rmSync } from 'node:fs';
import { makeFiles } from './binding/files.ts';
import { WHAT_DOES_NOT_FIT } from './binding/what-does-not-fit.ts';
import { WHAT_FITS } from './binding/what-fits.ts';
import { checkLasting } from './checks.ts';
import { FILESYSTEMS } from './filesystems/mounts.ts';
import { leftovers, takeAllDown } from './state.ts';

const NAMES = ['ext4', 'XFS', 'FAT', 'tmpfs', 'overlay'];
const wanted = process.argv.length > 2 ? process.argv.slice(2) : NAMES;
const unknown = wanted.find(name => !NAMES.includes(name));
if (unknown !== undefined) throw new Error(`'${unknown}' is none of ${NAMES.join(', ')}`);
const KINDS = FILESYSTEMS.filter(({ name }) => wanted.some(one => name.startsWith(one)));

for (const kind of KINDS)
  checkLasting(`a store is used on what it was begun on, on ${kind.name}`, async (test, { folder }) => {
    const { point, unmount } = kind.mount(`${folder}/mount`);
    try {
      for (const [name, scene] of Object.entries({ ...WHAT_DOES_NOT_FIT, ...WHAT_FITS })) {
        await test.test(name, async part => {
          const files = makeFiles(point, !/FAT/.test(kind.name));
          await scene(part, files);
          takeAllDown();
          rmSync(files.folder, { recursive: true, force: true });
        });
      }
      const left = leftovers().filter(line => !line.endsWith('filesystem.img'));
      test.same(left, [], 'nothing is left but what is mounted');
    } finally {
      takeAllDown();
      unmount();
    }
  });
