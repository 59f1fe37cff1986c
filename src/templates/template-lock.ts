import { type DiskLocks, withBaseLock } from '../devices/kernel/base-lock.ts';
import { type Image, requireImage } from '../devices/kernel/images.ts';
import { Refusal } from '../words/refusal.ts';
import type { TemplateFiles } from './template-files.ts';

/**
 * Runs an action while holding the lock of a template's base: no device on it comes or goes meanwhile.
 * @throws Refusal when the file at the template's path is no longer the one that was found
 */
export function withTemplateLock<Result>(
  files: TemplateFiles,
  base: Image,
  action: (locks: DiskLocks) => Result,
): Result {
  return withBaseLock(base, locks => {
    if (requireImage(files.image).key !== base.key)
      throw new Refusal(`template ${base.path} was replaced by another file in this moment: look again`);
    return action(locks);
  });
}
