// Node's global objects, as much of them as calls.ts and what it imports use, on the engine. Imported before all else.
import { host } from '../../src/host/host.ts';

declare const MEMORY_HOST: {
  allocatedBytes: () => number;
  collect: () => void;
  detach: (buffer: ArrayBuffer) => void;
};

function alloc(length: number, fill?: string): Uint8Array {
  return new Uint8Array(length).fill(fill === undefined ? 0 : fill.charCodeAt(0));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = parts.flatMap(part => [...part]);
  return Uint8Array.from(all);
}

Object.assign(globalThis, {
  process: {
    argv: ['', '', ...host.parameters],
    // Whoever starts this has done so.
    chdir: () => {},
    dlopen: (module: { exports: object }) =>
      Object.assign(module.exports, { allocatedBytes: MEMORY_HOST.allocatedBytes }),
  },
  Buffer: { alloc, concat, from: (text: string) => host.bytesOf(text) },
  gc: MEMORY_HOST.collect,
  // Of a buffer that is given away as well.
  structuredClone: (buffer: ArrayBuffer) => MEMORY_HOST.detach(buffer),
});
