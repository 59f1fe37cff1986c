import { isSystemError } from '../native/system-error.ts';

/** What a failed system call means, in words; of any other error its message. */
export function systemErrorText(error: unknown): string {
  if (!isSystemError(error)) return error instanceof Error ? error.message : String(error);
  return WORDS.get(error.code) ?? error.code;
}

const WORDS = new Map([
  ['ENOENT', 'no such file or folder'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'not permitted'],
  ['EISDIR', 'is a folder'],
  ['ENOTDIR', 'part of the path is not a folder'],
  ['ELOOP', 'its symbolic links go round in a circle'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'no space left'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['EIO', 'input/output error'],
]);
