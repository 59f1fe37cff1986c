import { claimsOn } from '../../devices/claims.ts';
import type { ImageKey } from '../../devices/plan/image-key.ts';
import type { Xenstore } from '../xenstore/store.ts';
import type { Attachment } from './attachment.ts';
import { detach } from './detach.ts';

/** The name of an attachment in the records, as far as its domain: what backends of one kind share, and the domain. */
const KEY = /^(.+)-(\d{1,10})-\d{1,10}$/;

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
    const kind = KEY.exec(own.key)?.[1];
    const others = claimsOn(base, own.key).map(({ attachment }) => ({
      attachment,
      parts: KEY.exec(attachment),
    }));
    // Those of our own kind alone: of others it is not known where their backends are.
    const known = others.filter(({ parts }) => parts?.[1] === kind);
    if (known.length === 0) return swept;
    connect(store => {
      store.restartClock();
      const domains = new Set(store.directory(own.path.split('/').slice(0, -2).join('/')));
      for (const { attachment, parts } of known)
        if (!domains.has(parts?.[2] ?? '')) swept.push(`${attachment}: ${detach(attachment, 0)}`);
    });
  } catch (error) {
    // It is done in passing: the call itself has succeeded, and the next one tries again.
    swept.push(`not swept: ${error instanceof Error ? error.message : String(error)}`);
  }
  return swept;
}
