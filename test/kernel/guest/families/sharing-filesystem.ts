// A filesystem on which files share blocks, mounted for one test.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type FilesystemKind, inFile } from '../filesystems/mounts.ts';
import { newFolder } from '../images.ts';
import { kernel } from '../programs.ts';
import { leftovers, takeAllDown } from '../state.ts';

t.setTimeout(0);

const XFS = inFile('XFS', 640, ['mkfs.xfs', '-q'], undefined, ['xfs']);
const BTRFS = inFile('btrfs', 640, ['mkfs.btrfs', '-q'], undefined, ['btrfs']);

export const SHARING: readonly FilesystemKind[] = [XFS, BTRFS];

/** For what differs between them by the kernel alone: with `full` each is gone through. */
export const SAMPLED = process.argv[2] === 'full' ? SHARING : [XFS];

/**
 * A test on each of the filesystems: it has to leave no device, no loop device and no lock, but what is mounted.
 * @param name what holds, as a sentence
 */
export function checkSharing(
  name: string,
  body: (test: Test, point: string, kind: FilesystemKind) => Promise<void> | void,
  kinds = SHARING,
): void {
  for (const kind of kinds)
    t.test(`${name}: ${kind.name}`, async test => {
      const folder = newFolder();
      const { point, unmount } = kind.mount(folder);
      try {
        await body(test, point, kind);
        const left = leftovers().filter(line => !line.endsWith('filesystem.img'));
        test.same(left, [], 'nothing is left');
      } finally {
        takeAllDown();
        unmount();
        rmSync(folder, { recursive: true });
      }
    });
}

/** A folder for a template. @returns the path of its image, which is not there */
export function newTemplate(point: string, name: string): string {
  mkdirSync(join(point, name));
  return join(point, name, 'root.img');
}

/** Bytes that are left on a filesystem, when it has taken note of everything. */
export function roomOf(point: string): number {
  const descriptor = kernel.openFile(point, kernel.openFlags.readOnly, 0);
  kernel.syncFilesystem(descriptor);
  kernel.closeFile(descriptor);
  return kernel.filesystemRoom(point).available;
}

/** Where the first bytes of a file lie. */
export function addressOf(path: string): number | null | undefined {
  const descriptor = kernel.openFile(path, kernel.openFlags.readOnly, 0);
  const [extent] = kernel.nextExtents(descriptor, 0);
  kernel.closeFile(descriptor);
  return extent?.physical;
}
