import { host } from '../../host/host.ts';
import { printable } from '../../words/printable.ts';
import { Refusal } from '../../words/refusal.ts';

/** PATH_MAX of linux/limits.h, with its NUL. */
const PATH_MAX = 4096;

/** What an image is in a stack, or of a disk that is a clone, or that it was given as a template; errors call it that. */
export type ImageRole = 'base' | 'cow' | 'source' | 'disk' | 'template';

/** How each is given. */
const GIVEN: Readonly<Record<ImageRole, string>> = {
  base: 'BASE:COW[:COW2...]',
  cow: 'BASE:COW[:COW2...]',
  source: 'SOURCE:DISK',
  disk: 'SOURCE:DISK',
  template: 'its folder or its image',
};

/** An absolute path, checked for form alone. */
export interface ImagePath {
  role: ImageRole;
  path: string;
}

/**
 * Checks the form of a path that came from a command line or from xenstore.
 * @throws Refusal when it is empty, relative, too long, or has a character that no image's path has
 */
export function imagePath(role: ImageRole, path: string): ImagePath {
  const refuse = (reason: string) => new Refusal(`${role} ${printable(path)} ${reason}`);
  if (path === '') throw new Refusal(`the path of a ${role} is empty: give ${GIVEN[role]}`);
  if (path.includes('\0')) throw refuse('has a NUL in its path: rename the file');
  if (path.includes('\n')) throw refuse('has a newline in its path: rename the file');
  if (path.includes('\ufffd')) throw refuse('has a path that is not UTF-8: rename the file');
  if (!path.startsWith('/')) throw refuse('is a relative path: give the absolute one');
  if (host.bytesOf(path).length >= PATH_MAX) throw refuse(`has a path longer than ${PATH_MAX - 1} bytes`);
  return { role, path };
}
