// A template on a small filesystem of its own, which can be made full.
import { mkdirSync, rmSync } from 'node:fs';
import type { Test } from 'tap';
import { checkLasting } from '../checks.ts';
import { MEBIBYTE, makeImage } from '../images.ts';
import { planNoRoom } from '../kernel-log.ts';
import '../own-etc.ts';
import { must } from '../programs.ts';
import { leftovers, takeAllDown } from '../state.ts';

export const CONFIGURATION = '/etc/block-snapshot.conf';
export const MOUNT = '/run/lab/full';
export const ROOT = `${MOUNT}/root.img`;
export const COW = `${MOUNT}/root-cow.img`;
export const FILLER = `${MOUNT}/filler`;
export const SIZE = 4 * MEBIBYTE;
mkdirSync(MOUNT, { recursive: true });

export const EXT4 = ['32M', 'mkfs.ext4', '-q', '-b', '4096', '-m', '0'] as const;
export const BTRFS = ['200M', 'mkfs.btrfs', '-q'] as const;

/** A template on a filesystem of its own, unmounted at the end. */
export function checkOn(
  filesystem: readonly [size: string, make: string, ...options: string[]] | 'ramfs',
  name: string,
  body: (test: Test) => void | Promise<void>,
): void {
  checkLasting(name, async (test, template) => {
    planNoRoom();
    if (filesystem === 'ramfs') must('mount', '-t', 'ramfs', 'ramfs', MOUNT);
    else {
      const [size, make, ...options] = filesystem;
      const image = `${template.folder}/filesystem.img`;
      must('truncate', '-s', size, image);
      must(make, ...options, image);
      must('mount', '-o', 'loop', image, MOUNT);
    }
    try {
      makeImage(ROOT, SIZE, 'random');
      await body(test);
      const left = leftovers().filter(line => !line.endsWith('filesystem.img'));
      test.same(left, [], 'nothing is left but what is mounted');
    } finally {
      rmSync(CONFIGURATION, { force: true });
      takeAllDown();
      must('umount', MOUNT);
    }
  });
}

/** Leaves so many bytes, about. */
export function fill(left: number): void {
  const free = Number(must('stat', '-f', '-c', '%a', MOUNT)) * Number(must('stat', '-f', '-c', '%S', MOUNT));
  must('fallocate', '-l', String(free - left), FILLER);
}
