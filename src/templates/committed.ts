import { configuration } from '../devices/configuration.ts';
import { Refusal } from '../words/refusal.ts';
import { lookAtRun } from './commit.ts';
import type { Template } from './template-files.ts';
import type { NameUser } from './users.ts';

/**
 * Proves that a template of snapshots has no run that VMs do not see yet. The caller holds the lock of its base.
 * @throws Refusal where it has, or is half-way back
 */
export function requireCommitted(template: Template, nameUser: NameUser): void {
  const { image, cow } = template;
  const run = lookAtRun(template, configuration(), nameUser);
  if (!('reason' in run))
    throw new Refusal(
      `template ${image.path} has a run that is not committed (${cow.path} keeps what was before it): ` +
        `block-snapshot commit ${image.path} first`,
    );
}
