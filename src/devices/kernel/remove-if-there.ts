import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';

/** Removes a file that may not be there. @throws SystemError */
export function removeIfThere(path: string): void {
  try {
    addon().removeFile(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}
