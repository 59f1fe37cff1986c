import { readDomainNames } from '../../overview/users/domain-names.ts';
import type { NameUser } from '../../templates/users.ts';
import { parseAttachmentKey } from '../../xen/hotplug/attachment.ts';

/** Names the VM of a disk as xenstore calls it; without xenstore, by the number of its domain. */
export const nameUser: NameUser = attachment => {
  const parsed = parseAttachmentKey(attachment);
  if (parsed === undefined) return `the VM disk ${attachment}`;
  const domain = Number(parsed.domain);
  const name = nameOf(domain);
  return name === undefined
    ? `domain ${domain} (disk ${attachment})`
    : `VM ${name} (domain ${domain}, disk ${attachment})`;
};

function nameOf(domain: number): string | undefined {
  try {
    return readDomainNames([domain]).get(domain) ?? undefined;
  } catch {
    // The number has to do: that it is in use is what matters.
    return undefined;
  }
}
