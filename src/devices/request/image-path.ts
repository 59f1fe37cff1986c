import { Refusal } from '../answer/refusal.ts';

/** PATH_MAX of linux/limits.h, with its NUL. */
const PATH_MAX = 4096;

/** What an image is in a stack, or that it was given as a template; errors call it that. */
export type ImageRole = 'base' | 'cow' | 'template';

/** An absolute path, checked for form alone. */
export interface ImagePath {
  role: ImageRole;
  path: string;
}

/** For messages: what would break a line, or a terminal, or turn the direction of writing, is shown as an escape. */
export function printable(text: string): string {
  return oneLine(text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text);
}

/** The same, however long it is. */
export function oneLine(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    character => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/**
 * Checks the form of a path that came from a command line or from xenstore.
 * @throws Refusal when it is empty, relative, too long, or has a character that no image's path has
 */
export function imagePath(role: ImageRole, path: string): ImagePath {
  const refuse = (reason: string) => new Refusal(`${role} ${printable(path)} ${reason}`);
  if (path === '')
    throw new Refusal(
      `the path of a ${role} is empty: give ${role === 'template' ? 'its folder or its image' : 'BASE:COW[:COW2...]'}`,
    );
  if (path.includes('\0')) throw refuse('has a NUL in its path: rename the file');
  if (path.includes('\n')) throw refuse('has a newline in its path: rename the file');
  if (path.includes('\ufffd')) throw refuse('has a path that is not UTF-8: rename the file');
  if (!path.startsWith('/')) throw refuse('is a relative path: give the absolute one');
  if (Buffer.byteLength(path) >= PATH_MAX) throw refuse(`has a path longer than ${PATH_MAX - 1} bytes`);
  return { role, path };
}
