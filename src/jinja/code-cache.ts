import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { CompileOptions } from './compiled.ts';

// What is kept is only good for the compiler that made it.
const FORMAT = 1;
const WRITABLE_BY_OTHERS = 0o022;

interface Entry {
  format: number;
  program: string;
  name: string;
  source: string;
  code: string;
}

/**
 * Compiled templates in a folder, one file each. What lies there is run: so the folder and the files must belong to
 * the user who runs the program and be writable by no one else, else the cache is as good as empty. An entry is used
 * only for exactly the source and the version of the program that it was made for. A cache that cannot be read or
 * written is no error.
 */
export class CodeCache {
  readonly #folder: string;
  readonly #program: string;

  constructor(folder: string, programVersion: string) {
    this.#folder = folder;
    this.#program = programVersion;
  }

  /** The code kept for a template, null if there is none. */
  read({ name, source }: CompileOptions): string | null {
    if (name === null || !isOurs(this.#folder)) return null;
    const path = this.#path(name);
    if (!isOurs(path)) return null;
    try {
      const entry = JSON.parse(readFileSync(path, 'utf8')) as Partial<Entry>;
      const fits =
        entry.format === FORMAT &&
        entry.program === this.#program &&
        entry.name === name &&
        entry.source === source;
      return fits ? (entry.code ?? null) : null;
    } catch {
      return null;
    }
  }

  /** Keeps the code of a template. */
  write({ name, source }: CompileOptions, code: string): void {
    if (name === null || !isOurs(this.#folder)) return;
    const entry: Entry = { format: FORMAT, program: this.#program, name, source, code };
    const path = this.#path(name);
    const temporary = `${path}.${process.pid}`;
    try {
      const file = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
      try {
        writeFileSync(file, JSON.stringify(entry));
      } finally {
        closeSync(file);
      }
      renameSync(temporary, path);
    } catch {
      rmSync(temporary, { force: true });
    }
  }

  #path(name: string): string {
    return join(this.#folder, `${encodeURIComponent(name)}.json`);
  }
}

function isOurs(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isSymbolicLink()) return false;
  return found.uid === process.getuid?.() && (found.mode & WRITABLE_BY_OTHERS) === 0;
}
