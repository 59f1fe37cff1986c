import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { makingPath } from '../plan/reflink-names.ts';
import { cloneRefusal } from './clone-refusal.ts';
import { removeIfThere } from './if-there.ts';
import type { Image } from './images.ts';
import { ownLike, withDescriptor } from './open-descriptor.ts';

export interface CloneOptions {
  /** An attribute that it has from the beginning: name and value. */
  attribute?: readonly [name: string, value: string];
  /** Whether by its own account it was last changed when its source was: so that it can be told whether it is, afterwards. */
  keepsTime?: boolean;
}

/**
 * Makes a clone of a file, or puts it in the place of what has its path: at no moment, and after no crash, there is half of one.
 * (On btrfs a clone that is renamed before it is on disk is an empty file after a crash: tried.)
 * @param from the source, open
 * @throws Refusal
 */
export function makeClone(source: Image, from: number, path: string, options: CloneOptions = {}): void {
  const making = makingPath(path);
  try {
    withDescriptor(createAnew(making), descriptor => {
      addon().cloneFile(from, descriptor);
      ownLike(source, descriptor);
      if (options.keepsTime === true) addon().copyModified(from, descriptor);
      // Without it nobody knows what it is: a later start would refuse it.
      if (options.attribute !== undefined && !addon().setFileAttribute(making, ...options.attribute))
        throw new Refusal(
          `a clone of ${source.role} ${source.path} as ${path}: its attribute finds no room (disk full, or a quota): make room there`,
        );
      addon().syncFile(descriptor);
    });
    addon().renameFile(making, path);
  } catch (error) {
    removeIfThere(making);
    if (isSystemError(error)) throw cloneRefusal(error, source, from, path);
    throw error;
  }
}

/** What a killed command has left under that name goes. */
function createAnew(path: string): number {
  const { create, exclusive, noFollow, readWrite } = addon().openFlags;
  const make = () => addon().openFile(path, create | exclusive | noFollow | readWrite, 0o600);
  try {
    return make();
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
    addon().removeFile(path);
    return make();
  }
}
