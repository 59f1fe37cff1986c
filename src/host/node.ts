import { Refusal } from '../words/refusal.ts';
import type { Host } from './face.ts';

/** Node, which the tests run on, and Bun, which is like it. */
export function hostOfNode(): Host {
  const { versions } = process;
  return {
    calledBy: process.argv0,
    parameters: process.argv.slice(2),
    processId: process.pid,
    effectiveUser: process.geteuid?.() ?? 0,
    runtime: versions['bun'] === undefined ? `node ${versions.node}` : `bun ${versions['bun']}`,
    currentFolder: () => process.cwd(),
    environment: name => process.env[name],
    elapsed: () => performance.now(),
    setExitStatus(status) {
      process.exitCode = status;
    },
    bytesOf: text => Buffer.from(text),
    textOf: ({ buffer, byteOffset, byteLength }) =>
      Buffer.from(buffer, byteOffset, byteLength).toString('utf8'),
    writeLastLine: line => console.error(line),
    loadAddon,
  };
}

function loadAddon(path = `${folderOf(process.execPath)}/block-snapshot.node`): unknown {
  const module = { exports: {} };
  try {
    process.dlopen(module, path);
  } catch (error) {
    throw new Refusal(
      `cannot load ${path}: ${remedyFor(error instanceof Error ? error.message : String(error))}`,
    );
  }
  return module.exports;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** What to do about an addon that the dynamic linker does not load, in one line with its own words. */
function remedyFor(reason: string): string {
  const words = reason.split('\n', 1)[0] ?? '';
  const library = /version [`']GLIBC_([\d.]+)' not found/.exec(words)?.[1];
  if (library !== undefined)
    return `it needs glibc ${library} or newer, which this system does not have (${words})`;
  return `install block-snapshot again, and libdevmapper 1.02 (${words})`;
}
