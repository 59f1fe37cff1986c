import { closeSync, openSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { realPathOf, requireImage } from '../../src/devices/kernel/images.ts';
import { openImage } from '../../src/devices/kernel/open-descriptor.ts';
import { addon, loadAddonFrom } from '../../src/native/addon.ts';
import { PROJECT } from './executable.ts';

loadAddonFrom(join(PROJECT, 'dist/block-snapshot.node'));

/** An image, and the same path with another file at it by now. */
function replaced(folder: string, by: 'file' | 'link') {
  const path = join(folder, 'root.img');
  const other = join(folder, 'other.img');
  writeFileSync(path, Buffer.alloc(4096, 1));
  writeFileSync(other, Buffer.alloc(4096, 2));
  const image = requireImage({ role: 'base', path });
  renameSync(path, join(folder, 'kept.img'));
  if (by === 'file') renameSync(other, path);
  else symlinkSync(other, path);
  return image;
}

t.test('the file that is opened is the one that was found, or it is refused', async t => {
  for (const by of ['file', 'link'] as const)
    for (const access of ['read', 'write'] as const) {
      const image = replaced(t.testdir(), by);
      t.throws(() => closeSync(openImage(image, access)), {
        message: `base ${image.path} was replaced by another file in this moment: try again`,
      });
    }
  const path = join(t.testdir({ 'root.img': 'x'.repeat(4096) }), 'root.img');
  const descriptor = openImage(requireImage({ role: 'base', path }), 'write');
  t.equal(addon().descriptorStatus(descriptor).inode, statSync(path, { bigint: true }).ino);
  closeSync(descriptor);
});

t.test('the real path of an image is that of the file that was found, or it is refused', async t => {
  for (const by of ['file', 'link'] as const) {
    const image = replaced(t.testdir(), by);
    t.throws(() => realPathOf(image), { message: /was replaced by another file in this moment: try again$/ });
  }
});

t.test('a file is made longer, and never shorter', async t => {
  const path = join(t.testdir({ file: 'x'.repeat(4096) }), 'file');
  const descriptor = openSync(path, 'r+');
  addon().growFile(descriptor, 8192);
  t.equal(statSync(path).size, 8192);
  for (const size of [0, 1, 4096, 8191]) addon().growFile(descriptor, size);
  t.equal(statSync(path).size, 8192);
  closeSync(descriptor);
});
