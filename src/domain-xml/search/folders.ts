import { dirname, join, resolve } from '../../host/paths.ts';
import { strictTextOf } from '../../host/strict-text.ts';
import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import { systemErrorText } from '../../words/system-error-text.ts';
import { readBounded } from '../bounded-read.ts';
import { checkFileTrusted, checkFolderTrusted } from './trust.ts';

/** Where templates are looked for, in this order: the administrator's, then the packages'. */
export const DEFAULT_FOLDERS = ['/etc/qubes/templates', '/usr/share/qubes/templates'] as const;

const LARGEST_TEMPLATE = 4 * 1024 * 1024;

/** A template as read: its name, the path it was found at and its text. */
export interface TemplateFile {
  name: string;
  path: string;
  source: string;
}

export interface FoldersRequest {
  /** In search order. */
  folders: readonly string[];
  /** Whether a folder that does not exist is an error (one that was named) or nothing (a default one). */
  mustExist: boolean;
  /** The user (besides root) that everything must belong to and be writable by alone; undefined checks nothing. */
  onlyOwner: number | undefined;
}

interface SearchFolder {
  /** As it was named, but absolute: for messages. */
  path: string;
  /** With its symbolic links resolved, undefined when it does not exist. */
  real: string | undefined;
}

/** The folders that templates are read from. Nothing outside them is ever read, whatever a name or a link says. */
export class TemplateFolders {
  readonly #folders: readonly SearchFolder[];
  readonly #onlyOwner: number | undefined;
  readonly #read = new Map<string, TemplateFile | undefined>();

  /** @throws Refusal for a folder that does not exist although it must, or cannot be reached */
  constructor(request: FoldersRequest) {
    this.#folders = request.folders.map(path => resolveFolder(resolve(path), request.mustExist));
    this.#onlyOwner = request.onlyOwner;
  }

  get paths(): string[] {
    return this.#folders.map(folder => folder.path);
  }

  /** The paths that a template name stands for, in search order; none for a name that leads out of the folders. */
  candidates(name: string): string[] {
    const relative = relativePath(name);
    return relative === undefined ? [] : this.#folders.map(folder => join(folder.path, relative));
  }

  /**
   * Reads the first file of that name. Undefined if there is none.
   * @throws Refusal for one that is there but cannot be used: unreadable, not a regular file, not UTF-8, a
   * symbolic link to nowhere or out of the folders, or writable by others than root
   */
  read(name: string): TemplateFile | undefined {
    for (const index of this.#folders.keys()) {
      const file = this.readIn(index, name);
      if (file !== undefined) return file;
    }
    return undefined;
  }

  /** Likewise, in the folder at that place of the search order alone. What was read once is not read again. */
  readIn(index: number, name: string): TemplateFile | undefined {
    const relative = relativePath(name);
    const folder = this.#folders[index];
    if (relative === undefined || folder === undefined || folder.real === undefined) return undefined;
    const path = join(folder.path, relative);
    let file = this.#read.get(path);
    if (!this.#read.has(path)) {
      const source = this.#readSource(folder.real, folder.path, relative);
      file = source === undefined ? undefined : { name, path, source };
      this.#read.set(path, file);
    }
    return file;
  }

  /** Likewise by one of the paths that candidates() gives. */
  readPath(path: string): TemplateFile | undefined {
    for (const [index, folder] of this.#folders.entries()) {
      const prefix = folder.path === '/' ? '/' : `${folder.path}/`;
      if (path.startsWith(prefix)) return this.readIn(index, path.slice(prefix.length));
    }
    return undefined;
  }

  #readSource(realFolder: string, namedFolder: string, relative: string): string | undefined {
    const path = join(namedFolder, relative);
    const real = resolveFile(join(realFolder, relative), path);
    if (real === undefined) return undefined;
    const home = this.#homeOf(real);
    if (home === undefined) {
      throw new Refusal(
        `${path}: leads to ${real}, out of the folders of templates (${this.paths.join(', ')})`,
      );
    }
    try {
      if (this.#onlyOwner !== undefined) {
        // The folder of the link, for whoever can write it can point it elsewhere, and the folder of the file.
        const linkFolder = addon().resolveFile(dirname(join(realFolder, relative)))?.path ?? '';
        checkFolderTrusted(linkFolder, this.#homeOf(linkFolder) ?? realFolder, this.#onlyOwner);
        checkFolderTrusted(dirname(real), home, this.#onlyOwner);
      }
      return this.#readFile(real, path);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw new Refusal(`${path}: cannot be read: ${systemErrorText(error)}`);
    }
  }

  #homeOf(real: string): string | undefined {
    for (const { real: folder } of this.#folders) {
      if (folder !== undefined && (real === folder || real.startsWith(folder === '/' ? '/' : `${folder}/`))) {
        return folder;
      }
    }
    return undefined;
  }

  #readFile(real: string, path: string): string {
    // O_NONBLOCK: opening a FIFO must not wait for a writer.
    const { readOnly, noFollow, nonBlocking } = addon().openFlags;
    const descriptor = addon().openFile(real, readOnly | noFollow | nonBlocking, 0);
    try {
      const stats = addon().descriptorStatus(descriptor);
      if (stats.kind !== 'file') throw new Refusal(`${path}: is not a regular file`);
      if (this.#onlyOwner !== undefined) checkFileTrusted(path, stats, this.#onlyOwner);
      return decode(readBounded(descriptor, LARGEST_TEMPLATE, path, 'a template has'), path);
    } finally {
      addon().closeFile(descriptor);
    }
  }
}

function resolveFolder(path: string, mustExist: boolean): SearchFolder {
  try {
    const folder = addon().resolveFile(path);
    if (folder === null && !mustExist) return { path, real: undefined };
    if (folder === null)
      throw new Refusal(`${path}: cannot be used as a folder of templates: no such file or folder`);
    if (folder.kind !== 'directory') throw new Refusal(`${path}: is not a folder of templates`);
    return { path, real: folder.path };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`${path}: cannot be used as a folder of templates: ${systemErrorText(error)}`);
  }
}

/** The file with its symbolic links resolved, or undefined if nothing of that name exists. */
function resolveFile(file: string, path: string): string | undefined {
  try {
    const found = addon().resolveFile(file);
    if (found !== null) return found.path;
    if (addon().linkStatus(file) === null) return undefined;
  } catch (error) {
    throw new Refusal(`${path}: cannot be read: ${systemErrorText(error)}`);
  }
  // Jinja2 would go on to the next folder, and the VM would silently get another template.
  throw new Refusal(`${path}: is a symbolic link to nowhere`);
}

/** The name as a path inside a folder, or undefined for one that Jinja2's loader refuses (a ".." in it). */
function relativePath(name: string): string | undefined {
  if (/[\0\\]/.test(name)) return undefined;
  const segments = name.split('/').filter(segment => segment !== '' && segment !== '.');
  return segments.length === 0 || segments.includes('..') ? undefined : segments.join('/');
}

function decode(bytes: Uint8Array, path: string): string {
  const text = strictTextOf(bytes);
  if (text === undefined) throw new Refusal(`${path}: is not text in UTF-8`);
  return text;
}
