/** An error made for a person: one line that names the thing and says what to do about it. */
export class DomainXmlError extends Error {
  override readonly name: string = 'DomainXmlError';
}

/** The program was called wrongly: exit code 2 instead of 1. */
export class UsageError extends DomainXmlError {
  override readonly name = 'UsageError';
}

/** The code of a failed system call (ENOENT, EACCES, ...), or undefined for any other error. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What a failed system call means, in words. */
export function systemErrorText(error: unknown): string {
  const code = systemErrorCode(error);
  const known = code === undefined ? undefined : WORDS.get(code);
  if (known !== undefined) return known;
  return code ?? (error instanceof Error ? error.message : String(error));
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
