import { configuration } from '../devices/configuration.ts';
import { type Commit, commitRun } from './commit.ts';
import { withOperation } from './operation-lock.ts';
import { findTemplate, type TemplateFiles } from './template-files.ts';
import { withTemplateLock } from './template-lock.ts';
import { type NameUser, requireStopped } from './users.ts';
import { whenFree } from './when-free.ts';

/**
 * Commits a template's run because a person asks for it.
 * @throws Refusal while the template runs, or where it cannot be done
 */
export async function commitByHand(files: TemplateFiles, nameUser: NameUser): Promise<Commit> {
  const template = findTemplate(files);
  const stopped = <Result>(action: () => Result) =>
    withTemplateLock(template, () => {
      requireStopped(template.image, nameUser);
      return action();
    });
  // Nothing is held up for a commit that cannot be.
  await whenFree(template, () => requireStopped(template.image, nameUser));
  return withOperation(template.image, 'a commit', async () =>
    stopped(() => commitRun(template, configuration(), nameUser)),
  );
}
