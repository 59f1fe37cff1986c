// The first bytes of a cow, and the metadata of its exceptions.
import '../made-up-host.ts';
import {
  countExceptions,
  exceptedChunk,
  HEADER_BYTES,
  keepingChunk,
  parseStoreHeader,
} from '../../../src/devices/plan/exception-store.ts';
import { must } from '../oracle.ts';

export function fuzz(data: Uint8Array): void {
  const header = new Uint8Array(HEADER_BYTES);
  header.set(data.subarray(0, HEADER_BYTES));
  const found = parseStoreHeader(header.buffer);
  if (found.kind === 'store') must(Number.isInteger(Math.log2(found.chunk)), 'a chunk is a power of two');
  must(
    (found.kind === 'blank') === header.subarray(0, 4).every(byte => byte === 0),
    'a blank store begins with zeros',
  );
  const metadata = new Uint8Array(data.length & ~15);
  metadata.set(data.subarray(0, metadata.length));
  const count = countExceptions(metadata.buffer);
  must(count >= 0 && count <= metadata.length / 16, 'no more exceptions than have room');
  for (let index = 0; index < count; index += 1) {
    must(keepingChunk(metadata.buffer, index) > 0, 'an exception names the chunk that keeps it');
    must(exceptedChunk(metadata.buffer, index) >= 0, 'an exception stands for a chunk');
  }
}
