import {
  areaPosition,
  chunkBytes,
  chunkOfException,
  exceptionsPerArea,
  printStoreHeader,
  setException,
} from '../../devices/plan/exception-store.ts';
import type { Bytes, Sectors } from '../../devices/plan/units.ts';
import { addon } from '../../native/addon.ts';

/** Writes a store as the kernel does, into an empty file: its header, and chunks of a base, each with the exception that names it. */
export class StoreWriter {
  readonly #descriptor: number;
  readonly #chunk: Sectors;
  #count = 0;
  #area: ArrayBuffer;

  constructor(descriptor: number, chunk: Sectors) {
    this.#descriptor = descriptor;
    this.#chunk = chunk;
    this.#area = new ArrayBuffer(chunkBytes(chunk));
    addon().writeAt(descriptor, 0, printStoreHeader(chunk));
  }

  /** @param number of the chunk in the base. @param bytes that it had; a whole chunk */
  keep(number: number, bytes: Uint8Array): void {
    const perArea = exceptionsPerArea(this.#chunk);
    const keeping = chunkOfException(this.#count, this.#chunk);
    addon().writeAt(this.#descriptor, keeping * chunkBytes(this.#chunk), bytes);
    setException(this.#area, this.#count % perArea, number, keeping);
    this.#count += 1;
    if (this.#count % perArea === 0) this.#writeArea(this.#count / perArea - 1);
  }

  /**
   * Writes the last piece of metadata. Behind it are zeros, where the kernel looks for the next one.
   * @param size of the whole store: see storeSize
   */
  end(size: Bytes): void {
    const perArea = exceptionsPerArea(this.#chunk);
    if (this.#count % perArea !== 0) this.#writeArea(Math.floor(this.#count / perArea));
    addon().growFile(this.#descriptor, size);
  }

  #writeArea(index: number): void {
    addon().writeAt(this.#descriptor, areaPosition(index, this.#chunk), new Uint8Array(this.#area));
    this.#area = new ArrayBuffer(chunkBytes(this.#chunk));
  }
}
