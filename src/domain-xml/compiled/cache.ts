import { host } from '../../host/host.ts';
import { join } from '../../host/paths.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { readBounded } from '../bounded-read.ts';
import { removeIfThere, writeNewFile } from '../output.ts';
import { checkFileTrusted, checkFolderTrusted } from '../search/trust.ts';

/** Where root keeps what it compiled. What is in it runs as root: it is read only if root alone can write it. */
export const CACHE_FOLDER = '/var/cache/domain-xml';

const MOST_ENTRIES = 200;

const LARGEST_ENTRY = 64 * 1024 * 1024;

export interface CacheRequest {
  folder: string;
  /** The compiler that the entries must come from. */
  compilerId: string;
  /** The user that everything must belong to. */
  owner: number;
}

/**
 * Compiled templates by the hash of their source. It makes things faster and nothing else: an entry that is missing,
 * cannot be trusted, read or written is as good as none.
 */
export class CompiledCache {
  readonly #request: CacheRequest;

  constructor(request: CacheRequest) {
    this.#request = request;
  }

  /** The code of the template of that name with that source, or undefined. */
  read(name: string, source: string): string | undefined {
    const { folder, owner } = this.#request;
    return orNothing(() => {
      checkFolderTrusted(folder, folder, owner);
      const path = this.#path(name, source);
      const { readOnly, noFollow, nonBlocking } = addon().openFlags;
      const descriptor = addon().openFile(path, readOnly | noFollow | nonBlocking, 0);
      try {
        const stats = addon().descriptorStatus(descriptor);
        checkFileTrusted(path, stats, owner);
        if (stats.kind !== 'file') return undefined;
        const entry = host.textOf(readBounded(descriptor, LARGEST_ENTRY, path, 'an entry has'));
        return codeOf(entry, this.#key(name, source));
      } finally {
        addon().closeFile(descriptor);
      }
    });
  }

  /** Keeps it for the next run. */
  write(name: string, source: string, code: string): void {
    const { folder, owner } = this.#request;
    orNothing(() => {
      addon().makeFolder(folder, 0o700);
      checkFolderTrusted(folder, folder, owner);
      makeRoom(folder);
      const path = this.#path(name, source);
      const temporary = `${path}.${host.processId}`;
      // Nobody waits for the disk: what a power cut has left of it is told by its checksum.
      writeNewFile(temporary, entryOf(code, this.#key(name, source)), 0o600, 'sooner or later');
      try {
        addon().renameFile(temporary, path);
      } catch (error) {
        removeIfThere(temporary);
        throw error;
      }
      return undefined;
    });
  }

  /** All that the code depends on, in a line. */
  #key(name: string, source: string): string {
    return JSON.stringify([this.#request.compilerId, name, source]);
  }

  #path(name: string, source: string): string {
    return join(this.#request.folder, `${addon().checksum(this.#key(name, source))}.js`);
  }
}

/**
 * The checksum of what follows it: what a power cut or a bad disk has left of an entry is none. The key, by which an entry is
 * known whatever its name: two keys may have the same checksum. The code.
 */
function entryOf(code: string, key: string): string {
  const rest = `${key}\n${code}`;
  return `${addon().checksum(rest)}\n${rest}`;
}

function codeOf(entry: string, key: string): string | undefined {
  const end = entry.indexOf('\n') + 1;
  const code = entry.startsWith(key, end) ? entry.slice(end + key.length + 1) : undefined;
  return code !== undefined && entryOf(code, key) === entry ? code : undefined;
}

/** Templates that were edited leave their old code behind: the oldest goes when there is too much. */
function makeRoom(folder: string): void {
  const entries = addon()
    .listFolder(folder)
    .map(name => join(folder, name));
  if (entries.length < MOST_ENTRIES) return;
  const age = (path: string) => addon().fileStatus(path)?.modified ?? 0;
  const aged = entries.map(path => ({ path, age: age(path) })).sort((left, right) => left.age - right.age);
  for (const { path } of aged.slice(0, entries.length - MOST_ENTRIES / 2)) removeIfThere(path);
}

function orNothing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal || isSystemError(error)) return undefined;
    throw error;
  }
}
