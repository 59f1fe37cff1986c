import { addon, type FileStatus } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';

/** Removes a file that may not be there. @throws SystemError */
export function removeIfThere(path: string): void {
  try {
    addon().removeFile(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENAMETOOLONG')) throw error;
  }
}

/** The names in a folder, none where there is no such folder. @throws SystemError */
export function namesIfThere(folder: string): string[] {
  try {
    return addon().listFolder(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

/** What is at a path that was made of an image's own: nothing where the name has become longer than there can be one. */
export function statusIfThere(path: string): FileStatus | undefined {
  try {
    return addon().fileStatus(path) ?? undefined;
  } catch (error) {
    if (isSystemError(error, 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}
