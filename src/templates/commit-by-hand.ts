import { configuration } from '../devices/configuration.ts';
import { type Image, requireImage } from '../devices/kernel/images.ts';
import { type Commit, commitRun } from './commit.ts';
import { withOperation } from './operation-lock.ts';
import type { TemplateFiles } from './template-files.ts';
import { withTemplateLock } from './template-lock.ts';
import { type NameUser, requireStopped } from './users.ts';

/**
 * Commits a template's run because a person asks for it.
 * @throws Refusal while the template runs, or where it cannot be done
 */
export async function commitByHand(files: TemplateFiles, nameUser: NameUser): Promise<Commit> {
  const base = requireImage(files.image);
  const stopped = <Result>(action: (base: Image) => Result) =>
    withTemplateLock(files, base, () => {
      requireStopped(base, nameUser);
      return action(base);
    });
  // Nothing is held up for a commit that cannot be.
  stopped(() => {});
  return withOperation(base, 'a commit', async () =>
    stopped(() => commitRun(files, base, configuration(), nameUser)),
  );
}
