import { domainsServed, XL_BACKENDS } from '../../xen/hotplug/sweep.ts';
import { isXenstoreError } from '../../xen/xenstore/error.ts';
import type { Store } from '../../xen/xenstore/store.ts';
import { withXenstore } from '../../xen/xenstore/store.ts';

/**
 * The names of domains, as xenstore has them: undefined for one that it does not know, none where it does not tell.
 * @throws XenstoreError when xenstore cannot be asked
 */
export function readDomainNames(domains: Iterable<number>): Map<number, string | undefined> {
  const wanted = [...new Set(domains)];
  const names = new Map<number, string | undefined>();
  if (wanted.length === 0) return names;
  withXenstore(store => {
    for (const domain of wanted) noteName(store, domain, names);
  });
  return names;
}

function noteName(store: Store, domain: number, names: Map<number, string | undefined>): void {
  try {
    const name = store.read(`/local/domain/${domain}/name`);
    // One whose backends are there still is not taken for gone by what takes devices down.
    if (name === undefined && domainsServed(store, XL_BACKENDS).has(String(domain))) return;
    names.set(domain, name);
  } catch (error) {
    // A name that is no text, or not for us to read, says nothing about the domain.
    if (!isXenstoreError(error, 'EILSEQ', 'EACCES')) throw error;
  }
}
