import { type DiskLocks, withBaseLock } from '../devices/kernel/base-lock.ts';
import { requireImage } from '../devices/kernel/images.ts';
import { Refusal } from '../words/refusal.ts';
import type { Template } from './template-files.ts';

/**
 * Runs an action while holding the lock of a template's base: no device on it comes or goes meanwhile.
 * @throws Refusal when the file at the template's path is no longer the one that was found
 */
export function withTemplateLock<Result>({ image }: Template, action: (locks: DiskLocks) => Result): Result {
  return withBaseLock(image, locks => {
    if (requireImage(image).key !== image.key)
      throw new Refusal(`template ${image.path} was replaced by another file in this moment: look again`);
    return action(locks);
  });
}
