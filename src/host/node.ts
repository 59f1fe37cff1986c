import { Refusal } from '../words/refusal.ts';
import type { Host } from './face.ts';

/** Node, which the tests run on, and Bun, which is like it. */
export const host: Host = {
  calledBy: process.argv0,
  parameters: process.argv.slice(2),
  processId: process.pid,
  environment: name => process.env[name],
  elapsed: () => performance.now(),
  setExitStatus(status) {
    process.exitCode = status;
  },
  bytesOf: text => Buffer.from(text),
  textOf: ({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength).toString('utf8'),
  writeLastLine: line => console.error(line),
  loadAddon(path = `${process.execPath.slice(0, process.execPath.lastIndexOf('/'))}/block-snapshot.node`) {
    const module = { exports: {} };
    try {
      process.dlopen(module, path);
    } catch (error) {
      throw new Refusal(
        `cannot load ${path}: ${remedyFor(error instanceof Error ? error.message : String(error))}`,
      );
    }
    return module.exports;
  },
};

/** What to do about an addon that the dynamic linker does not load, in one line with its own words. */
function remedyFor(reason: string): string {
  const words = reason.split('\n', 1)[0] ?? '';
  const library = /version [`']GLIBC_([\d.]+)' not found/.exec(words)?.[1];
  if (library !== undefined)
    return `it needs glibc ${library} or newer, which this system does not have (${words})`;
  return `install block-snapshot again, and libdevmapper 1.02 (${words})`;
}
