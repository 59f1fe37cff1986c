import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { folderOf } from '../plan/folder-of.ts';
import { openToRead, withDescriptor } from './open-descriptor.ts';

/** Returns when the names in the folder of a file are on disk. */
export function syncFolder(path: string): void {
  withDescriptor(openToRead(folderOf(path)), descriptor => {
    try {
      addon().syncFile(descriptor);
    } catch (error) {
      // A filesystem that does not sync folders (man 2 fsync): it keeps names as it keeps them.
      if (!isSystemError(error, 'EINVAL')) throw error;
    }
  });
}
