import { claimsOn } from '../../devices/claims.ts';
import type { ImageKey } from '../../devices/plan/image-key.ts';
import type { Xenstore } from '../xenstore/store.ts';
import { type Attachment, parseAttachmentKey } from './attachment.ts';
import { detach } from './detach.ts';

/**
 * Takes down what is left of VMs that are gone: libxl deletes the backends of a domain whatever became of its scripts.
 * It looks only where other attachments claim devices of the same base, and asks xenstore once.
 * @param connect gives the way to xenstore when it is needed
 * @returns what was done, in a few words for each; never throws
 */
export function sweep(
  base: ImageKey,
  own: Attachment,
  connect: (ask: (store: Xenstore) => void) => void,
): string[] {
  const swept: string[] = [];
  try {
    const kind = parseAttachmentKey(own.key)?.kind;
    const others = claimsOn(base, own.key).map(({ attachment }) => ({
      attachment,
      name: parseAttachmentKey(attachment),
    }));
    // Those of our own kind alone: of others it is not known where their backends are.
    const known = others.filter(({ name }) => name?.kind === kind);
    if (known.length === 0) return swept;
    connect(store => {
      store.restartClock();
      const domains = new Set(store.directory(own.path.split('/').slice(0, -2).join('/')));
      for (const { attachment, name } of known)
        if (!domains.has(name?.domain ?? '')) swept.push(`${attachment}: ${detach(attachment, 0)}`);
    });
  } catch (error) {
    // It is done in passing: the call itself has succeeded, and the next one tries again.
    swept.push(`not swept: ${error instanceof Error ? error.message : String(error)}`);
  }
  return swept;
}
