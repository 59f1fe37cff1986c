import { allClaims } from '../../../claims/claims.ts';
import { parseLibvirtKey } from '../../../libvirt/attachments.ts';
import { claimedDisks, namesOfClaims } from '../../../libvirt/claimed-disks.ts';
import { readDomainLinks } from '../../../libvirt/domain-links.ts';
import { readDomainNames } from '../../../overview/users/domain-names.ts';
import type { NameUser } from '../../../templates/users.ts';
import { oneLine } from '../../../words/printable.ts';
import { parseAttachmentKey } from '../../../xen/hotplug/attachment.ts';

/**
 * Names the VM of a disk: a domain of libvirt's by its links, one of Xen's as xenstore calls it; where those do not
 * tell, by what its record is called.
 */
export const nameUser: NameUser = attachment => {
  if (parseLibvirtKey(attachment) !== undefined) return nameLibvirtUser(attachment);
  const parsed = parseAttachmentKey(attachment);
  if (parsed === undefined) return `the VM disk ${attachment}`;
  const domain = Number(parsed.domain);
  const name = nameOf(() => readDomainNames([domain]).get(domain));
  return name === undefined
    ? `domain ${domain} (disk ${attachment})`
    : `VM ${oneLine(name)} (domain ${domain}, disk ${attachment})`;
};

function nameLibvirtUser(attachment: string): string {
  const name = nameOf(
    () =>
      claimedDisks(namesOfClaims(allClaims()), readDomainLinks()).find(({ record }) => record === attachment)
        ?.domain,
  );
  return name === undefined
    ? `a domain of libvirt (disk ${attachment})`
    : `VM ${oneLine(name)} (libvirt, disk ${attachment})`;
}

function nameOf(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch {
    // Without its name it has to do: that it is in use is what matters.
    return undefined;
  }
}
