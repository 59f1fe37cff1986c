import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

export const MEBIBYTE = 1024 * 1024;
export const CHUNK_BYTES = 128 * 1024;

/** Where the tests keep their images: a tmpfs inside. */
const IMAGES = '/run/lab/images';

let folders = 0;

/** A new empty folder. */
export function newFolder(): string {
  folders += 1;
  const folder = join(IMAGES, String(folders));
  mkdirSync(folder, { recursive: true });
  return folder;
}

const SEED = Uint32Array.from({ length: 4 }, () => randomBytes(4).readUInt32LE() || 1);
let state = SEED.slice();

/** From here on the same random bytes come again, as from the beginning: what is made alike is alike. */
export function repeatRandom(): void {
  state = SEED.slice();
}

/**
 * Fills it with random bytes (Marsaglia's xorshift with 128 bits of state). Its pages are used again where it is: new ones, as
 * every answer of node:crypto has, cost this kernel a hundred times what filling them costs.
 */
function fillRandom(words: Uint32Array): void {
  let [x = 0, y = 0, z = 0, w = 0] = state;
  for (let index = 0; index < words.length; index++) {
    const t = x ^ (x << 11);
    x = y;
    y = z;
    z = w;
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    words[index] = w;
  }
  state.set([x, y, z, w]);
}

/** @param length in bytes */
function randomBuffer(length: number): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4));
  fillRandom(words);
  return Buffer.from(words.buffer, 0, length);
}

/** What images are written from, and read into. */
const PIECE = new Uint32Array(MEBIBYTE / 4);

function writeRandom(descriptor: number, size: number): void {
  for (let done = 0; done < size; ) {
    fillRandom(PIECE);
    done += writeSync(descriptor, PIECE, 0, Math.min(PIECE.byteLength, size - done));
  }
}

/** A file of random bytes, or a sparse one. */
export function makeImage(path: string, size: number, content: 'random' | 'sparse' = 'sparse'): string {
  const descriptor = openSync(path, 'w+');
  if (content === 'random') writeRandom(descriptor, size);
  else ftruncateSync(descriptor, size);
  closeSync(descriptor);
  return path;
}

/** A template with the disks of two VMs, in a folder of its own. */
export interface Template {
  folder: string;
  root: string;
  rootCow: string;
  vm1: string;
  vm2: string;
  /** Hash of the template's bytes as they are at first. */
  hash: string;
}

export function makeTemplate(size = 4 * MEBIBYTE, folder = newFolder()): Template {
  const root = makeImage(join(folder, 'root.img'), size, 'random');
  return {
    folder,
    root,
    rootCow: makeImage(join(folder, 'root-cow.img'), size),
    vm1: makeImage(join(folder, 'vm1-cow.img'), size),
    vm2: makeImage(join(folder, 'vm2-cow.img'), size),
    hash: hashOf(root),
  };
}

export function removeTemplate(template: Template): void {
  rmSync(template.folder, { recursive: true });
}

/** Hash of all bytes of a file or a block device. */
export function hashOf(path: string): string {
  const descriptor = openSync(path, 'r');
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.from(PIECE.buffer);
    for (let position = 0; ; ) {
      const length = readSync(descriptor, buffer, 0, buffer.length, position);
      if (length === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, length));
      position += length;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Reads bytes of a file or a block device. */
export function readAt(path: string, position: number, length: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, readSync(descriptor, buffer, 0, length, position));
  } finally {
    closeSync(descriptor);
  }
}

/** Writes random bytes to a file or a block device, through to what is under it. @returns the bytes */
export function writeRandomAt(path: string, position: number, length: number): Buffer {
  const bytes = randomBuffer(length);
  const descriptor = openSync(path, 'r+');
  try {
    for (let done = 0; done < length; )
      done += writeSync(descriptor, bytes, done, length - done, position + done);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return bytes;
}

/** The bytes that a file takes on its filesystem. */
export function allocatedBytes(path: string): number {
  return statSync(path).blocks * 512;
}

/** The key of a file by stat(1), which is what the contract names. */
export function statKey(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev.toString(16)}:${ino}`;
}
