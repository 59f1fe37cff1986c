import { withHeldDescriptors } from '../../devices/kernel/held-descriptors.ts';
import { carriesOurs } from '../../devices/kernel/in-the-way.ts';
import { findLoops } from '../../devices/kernel/loop-devices.ts';
import { requireCommitted } from '../committed.ts';
import type { Template } from '../template-files.ts';
import { type NameUser, requireClosed, requireStopped } from '../users.ts';

/**
 * Proves that the image of a template holds its newest version, whole, and that nobody writes to it. VMs may be on it: they
 * read it. The caller holds the lock of its base.
 * @throws Refusal where it runs, has a run that was not committed, or is half-way back
 */
export function requireDerivable(template: Template, nameUser: NameUser): void {
  const { image } = template;
  requireStopped(image, nameUser);
  requireCommitted(template, nameUser);
  if (!carriesSnapshots(template)) requireClosed(image);
}

/** Whether a loop device has the image on which nothing is but devices of ours. */
function carriesSnapshots({ image }: Template): boolean {
  return withHeldDescriptors(held => {
    const loop = findLoops([image], held).get(image.key);
    return loop !== undefined && carriesOurs(loop.device);
  });
}
