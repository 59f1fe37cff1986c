// Templates whose stores are bound to them, each with one VM that has a disk.
import { renameSync } from 'node:fs';
import type { Test } from 'tap';
import { hashOf, MEBIBYTE, makeImage, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { must } from '../programs.ts';

export const SIZE = 4 * MEBIBYTE;

/** A template with one VM's disk, on a filesystem. */
export interface Files {
  folder: string;
  root: string;
  rootCow: string;
  vm: string;
  /** Whether inodes keep their number: where they do not, another file is known by its size and its time alone. */
  keepsInodes: boolean;
}

let folders = 0;

export function makeFiles(point: string, keepsInodes: boolean): Files {
  folders += 1;
  const folder = `${point}/t${folders}`;
  must('mkdir', folder);
  return {
    folder,
    root: makeImage(`${folder}/root.img`, SIZE, 'random'),
    rootCow: `${folder}/root-cow.img`,
    vm: makeImage(`${folder}/vm.img`, SIZE),
    keepsInodes,
  };
}

/** What a VM sees that starts; its disk goes again. */
export function started(...images: string[]): string {
  const node = prepareHere('snapshot', ...images);
  const hash = hashOf(node);
  cleanupHere('snapshot', node);
  return hash;
}

/** A VM starts, writes, and stops. @returns what it saw last */
export function vmWrites(...images: string[]): string {
  const node = prepareHere('snapshot', ...images);
  writeRandomAt(node, MEBIBYTE, 4096);
  const hash = hashOf(node);
  cleanupHere('snapshot', node);
  return hash;
}

/** The image is put back from a backup, which is another file, under its name. */
export function restore(root: string): string {
  makeImage(`${root}.backup`, SIZE, 'random');
  renameSync(`${root}.backup`, root);
  return hashOf(root);
}

/** What happens to a template and its stores, and what has to hold then: by its name. */
export type Scenes = Readonly<Record<string, (test: Test, files: Files) => void | Promise<void>>>;
