import type { Image } from '../devices/kernel/images.ts';
import type { FileStatus } from '../native/addon.ts';
import { Refusal } from '../words/refusal.ts';

/** How a file is: its size, and when it was last changed. */
export type FileState = Pick<FileStatus, 'size' | 'changed'>;

/** @throws Refusal when somebody whom nothing accounts for has written to an image meanwhile */
export function requireUnchanged({ path }: Image, before: FileState, now: FileState): void {
  const { size, changed } = now;
  if (size !== before.size || changed !== before.changed)
    throw new Refusal(
      `template ${path} is being written by another program: end that first; nothing was made`,
    );
}
