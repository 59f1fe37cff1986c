import { claimsOn } from '../../claims/claims.ts';
import { loopClaims } from '../../claims/loop-claims.ts';
import { requireImage } from '../../devices/kernel/images.ts';
import type { ImageKey } from '../../devices/plan/image-key.ts';
import type { ImagePath } from '../../devices/request/image-path.ts';
import { detach } from '../../disks/detach.ts';
import { failureText } from '../../words/failure-text.ts';
import { type Store, withXenstore, type Xenstore } from '../xenstore/store.ts';
import { parseAttachmentKey } from './attachment.ts';

/** All that has to be known of a claim here. */
interface Claimed {
  attachment: string;
}

/**
 * Takes down what is left of VMs that are gone: libxl deletes the backends of a domain whatever became of its scripts.
 * It asks xenstore once for each kind of them.
 * @param claims on devices of one base, or on disks that are clones, but for that of the attachment that this is done for
 * @param connect gives the way to xenstore when it is needed
 * @returns what was done, in a few words for each; never throws
 */
export function sweep(
  claims: () => readonly Claimed[],
  connect: (ask: (store: Xenstore) => void) => void,
): string[] {
  const swept: string[] = [];
  try {
    const others = claims().filter(({ attachment }) => parseAttachmentKey(attachment) !== undefined);
    if (others.length === 0) return swept;
    connect(store => {
      store.restartClock();
      for (const { attachment } of goneOf(others, store))
        swept.push(`${attachment}: ${detach(attachment, 0)}`);
    });
  } catch (error) {
    // It is done in passing: the call itself has succeeded, and the next one tries again.
    swept.push(`not swept: ${failureText(error)}`);
  }
  return swept;
}

/** The same for a command of people, which no attachment asks for. @returns whether anything was taken down or forgotten */
export function sweepGone(base: ImageKey): boolean {
  return sweep(() => claimsOn(base), withXenstore).some(done => !done.startsWith('not swept'));
}

/** The same for disks that are clones. */
export function sweepGoneClones(): boolean {
  return sweep(loopClaims, withXenstore).some(done => !done.startsWith('not swept'));
}

/** The same for an image that a person names, whatever came of it. @throws Refusal when the image is not there */
export function sweepGoneOn(image: ImagePath): void {
  sweepGone(requireImage(image).key);
}

/** The kind of the backends that xl makes in the own domain. */
export const XL_BACKENDS = 'backend-vbd';

/** The numbers of the domains that have backends of a kind: the rule for who is there, and who is gone. */
export function domainsServed(store: Store, kind: string): Set<string> {
  return new Set(store.directory(kind.replaceAll('-', '/')));
}

/** Those of the claims whose domain has no backend in xenstore any more. The name of a kind is its path with - for /. */
function goneOf(claims: readonly Claimed[], store: Store): Claimed[] {
  const domainsOf = new Map<string, Set<string>>();
  return claims.filter(({ attachment }) => {
    const { kind = '', domain = '' } = parseAttachmentKey(attachment) ?? {};
    const domains = domainsOf.get(kind) ?? domainsServed(store, kind);
    domainsOf.set(kind, domains);
    return !domains.has(domain);
  });
}
