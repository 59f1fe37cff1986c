import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { checkFileTrusted, checkFolderTrusted } from '../search/trust.ts';

/** Where root keeps what it compiled. What is in it runs as root: it is read only if root alone can write it. */
export const CACHE_FOLDER = '/var/cache/domain-xml';

const MOST_ENTRIES = 200;

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
      const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        const stats = fstatSync(descriptor);
        checkFileTrusted(path, stats, owner);
        return stats.isFile() ? codeOf(readFileSync(descriptor, 'utf8')) : undefined;
      } finally {
        closeSync(descriptor);
      }
    });
  }

  /** Keeps it for the next run. */
  write(name: string, source: string, code: string): void {
    const { folder, owner } = this.#request;
    orNothing(() => {
      makeFolder(folder);
      checkFolderTrusted(folder, folder, owner);
      makeRoom(folder);
      const path = this.#path(name, source);
      const temporary = `${path}.${process.pid}`;
      try {
        writeSynced(temporary, entryOf(code));
        renameSync(temporary, path);
      } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
      }
      return undefined;
    });
  }

  #path(name: string, source: string): string {
    const key = JSON.stringify([this.#request.compilerId, name, source]);
    return join(this.#request.folder, `${createHash('sha256').update(key).digest('hex')}.js`);
  }
}

/** A comment with the hash of what follows it: what a power cut or a bad disk has left of an entry is none. */
function entryOf(code: string): string {
  return `// ${createHash('sha256').update(code).digest('hex')}\n${code}`;
}

function codeOf(entry: string): string | undefined {
  const code = entry.slice(entry.indexOf('\n') + 1);
  return entryOf(code) === entry ? code : undefined;
}

/** On disk before it gets its name: a rename alone says nothing about what is in the file after a power cut. */
function writeSynced(path: string, text: string): void {
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
}

/** Templates that were edited leave their old code behind: the oldest goes when there is too much. */
function makeRoom(folder: string): void {
  const entries = readdirSync(folder).map(name => join(folder, name));
  if (entries.length < MOST_ENTRIES) return;
  const age = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const aged = entries.map(path => ({ path, age: age(path) })).sort((left, right) => left.age - right.age);
  for (const { path } of aged.slice(0, entries.length - MOST_ENTRIES / 2)) rmSync(path, { force: true });
}

function orNothing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal || isSystemError(error)) return undefined;
    throw error;
  }
}
