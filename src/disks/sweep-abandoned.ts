import { abandonedOn } from '../claims/claims.ts';
import { abandonedLoops } from '../claims/loop-claims.ts';
import type { ImageKey } from '../devices/plan/image-key.ts';
import { detach } from './detach.ts';

/** Takes down what was still open when its domain stopped, on the same base, as far as it is closed by now. */
export function sweepAbandoned(base: ImageKey): void {
  detachAll(() => abandonedOn(base));
}

/** The same of disks that are clones, whatever they are clones of. */
export function sweepAbandonedClones(): void {
  detachAll(abandonedLoops);
}

function detachAll(abandoned: () => readonly { attachment: string }[]): void {
  try {
    for (const { attachment } of abandoned()) detach(attachment, 0);
  } catch {
    // It is done in passing: the call itself has succeeded, and the next one tries again.
  }
}
