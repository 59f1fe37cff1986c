import { type Addon, replaceAddon } from '../../src/native/addon.ts';

/** What the kernel says of what it does not allow. */
export function systemError(code: string, operation: string): Error {
  return Object.assign(new Error(`${operation}: ${code}`), { code, operation, argument: '', detail: '' });
}

type Functions = { [Name in keyof Addon]?: Addon[Name] };

const FLAGS = new Proxy({} as Addon['openFlags'], { get: () => 0 });

/**
 * A kernel of these functions alone.
 * @param otherwise what becomes of every other one; without it, calling one is a fault of the target
 */
export function makeUpKernel(functions: Functions, otherwise?: (name: string) => never): void {
  const missing = (name: string) => () => {
    if (otherwise !== undefined) return otherwise(name);
    throw new Error(`the target has made up no ${name}`);
  };
  replaceAddon(
    new Proxy({ openFlags: FLAGS, ...functions } as Addon, {
      get: (known, name) => (Reflect.has(known, name) ? Reflect.get(known, name) : missing(String(name))),
    }),
  );
}

/** A kernel that has these files, by their paths, each root's own; there is nothing else. */
export function makeUpFiles(files: Readonly<Record<string, Uint8Array>>): void {
  let open = new Uint8Array();
  let at = 0;
  const statusOf = (path: string) => (Object.hasOwn(files, path) ? FILE_STATUS : null);
  makeUpKernel({
    openFile(path) {
      const found = Object.hasOwn(files, path) ? files[path] : undefined;
      if (found === undefined) throw systemError('ENOENT', 'open');
      open = Uint8Array.from(found);
      at = 0;
      return 3;
    },
    descriptorStatus: () => ({ ...FILE_STATUS, size: open.length }),
    fileStatus: statusOf,
    linkStatus: statusOf,
    readText: path => (Object.hasOwn(files, path) ? Buffer.from(files[path] ?? []).toString('utf8') : null),
    readLink: () => null,
    listFolder() {
      throw systemError('ENOENT', 'list');
    },
    readNext(_descriptor, length) {
      const piece = open.slice(at, at + length);
      at += piece.length;
      return piece;
    },
    closeFile() {},
  });
}

const FILE_STATUS = { kind: 'file', user: 0, mode: 0o600 } as unknown as ReturnType<
  Addon['descriptorStatus']
>;
