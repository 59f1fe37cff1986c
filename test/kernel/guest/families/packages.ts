// Packages of random files, and images of ext4 that they are installed in.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MEBIBYTE, newFolder } from '../images.ts';
import { must } from '../programs.ts';

export interface Packages {
  folders: string[];
  /** Bytes of their files. */
  bytes: number;
}

/** A number from 0 to 1 that is the same each time for the same words. */
function chance(...words: unknown[]): number {
  return createHash('sha256').update(words.join(' ')).digest().readUInt32LE(0) / 2 ** 32;
}

/** As in packages of a distribution: most files are small, and most bytes are in large ones. */
function sizeOfFile(name: string): number {
  const kind = chance('kind', name);
  const [least, most] = kind < 0.6 ? [500, 16_000] : kind < 0.9 ? [16_000, 256_000] : [256_000, 4_000_000];
  return Math.round(least * (most / least) ** chance('size', name));
}

const made = new Map<number, Packages>();

/** So many megabytes of them, made once. */
export function packagesOf(megabytes: number): Packages {
  const packages = made.get(megabytes) ?? makePackages(megabytes);
  made.set(megabytes, packages);
  return packages;
}

function makePackages(megabytes: number): Packages {
  const folder = newFolder();
  const folders: string[] = [];
  let bytes = 0;
  for (let number = 0; bytes < megabytes * MEBIBYTE; number++) {
    const one = join(folder, `package-${number}`);
    mkdirSync(one);
    folders.push(one);
    const files = 5 + Math.round(chance('files', number) * 60);
    for (let file = 0; file < files && bytes < megabytes * MEBIBYTE; file++) {
      const size = sizeOfFile(`${number} ${file}`);
      writeFileSync(join(one, `file-${file}`), randomBytes(size));
      bytes += size;
    }
  }
  return { folders, bytes };
}

/** The disk of a template: a filesystem in a sparse file, with something in it. */
export function makeDisk(image: string, megabytes: number): void {
  must('truncate', '-s', `${megabytes}M`, image);
  must('mkfs.ext4', '-q', '-b', '4096', image);
  const [folder = ''] = packagesOf(4).folders;
  install(image, [folder]);
}

/** Installs packages in this order, as a template that runs does. */
export function install(image: string, folders: readonly string[]): void {
  const point = newFolder();
  must('mount', '-o', 'loop', image, point);
  for (const folder of folders) must('cp', '-r', folder, point);
  must('umount', point);
}

/** The same in another order, the same each time. */
export function shuffled(folders: readonly string[]): string[] {
  return [...folders].sort(
    (a, b) => chance('order', a.split('/').at(-1)) - chance('order', b.split('/').at(-1)),
  );
}
