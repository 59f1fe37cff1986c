import { strict as assert } from 'node:assert';
import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { readAt, writeRandomAt } from '../kernel/guest/images.ts';

/** The bytes that a disk has to have, noted beside it: what is read is never taken for what is right. */
export class Bytes {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = Buffer.from(bytes);
  }

  static zeros(size: number): Bytes {
    return new Bytes(Buffer.alloc(size));
  }

  /** Writes random bytes through a device or into an image, and notes them. */
  write(path: string, position: number, length: number): void {
    writeRandomAt(path, position, length).copy(this.#bytes, position);
  }

  /** As it is now: what is written later is not in it. */
  copy(): Bytes {
    return new Bytes(this.#bytes);
  }

  /** As large as it has become, with zeros at its end. */
  grown(size: number): Bytes {
    return new Bytes(Buffer.concat([this.#bytes, Buffer.alloc(size - this.#bytes.length)]));
  }

  /** @returns what is wrong with what is read there; undefined when it is the same to the byte */
  differs(path: string): string | undefined {
    const found = allBytes(path);
    if (found.length !== this.#bytes.length)
      return `${path} has ${found.length} bytes instead of ${this.#bytes.length}`;
    const place = found.findIndex((byte, index) => byte !== this.#bytes[index]);
    return place === -1 ? undefined : `${path} differs from byte ${place} on`;
  }
}

function allBytes(path: string): Buffer {
  if (statSync(path).isFile()) return readFileSync(path);
  const size = blockSize(path);
  return readAt(path, 0, size);
}

/** Bytes of a block device, by what its last one can be read at. */
function blockSize(path: string): number {
  const descriptor = openSync(path, 'r');
  try {
    const { rdev } = fstatSync(descriptor);
    const number = `${(rdev >> 8) & 0xfff}:${(rdev & 0xff) | ((rdev >> 12) & 0xfff00)}`;
    const sectors = Number(readFileSync(`/sys/dev/block/${number}/size`, 'utf8'));
    assert(sectors > 0);
    return sectors * 512;
  } finally {
    closeSync(descriptor);
  }
}
