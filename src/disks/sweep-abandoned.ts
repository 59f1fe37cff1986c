import { abandonedOn } from '../claims/claims.ts';
import type { ImageKey } from '../devices/plan/image-key.ts';
import { detach } from './detach.ts';

/** Takes down what was still open when its domain stopped, on the same base, as far as it is closed by now. */
export function sweepAbandoned(base: ImageKey): void {
  try {
    for (const { attachment } of abandonedOn(base)) detach(attachment, 0);
  } catch {
    // It is done in passing: the call itself has succeeded, and the next one tries again.
  }
}
