import type { Claim } from '../claims/claims.ts';
import { deviceName, nodeOf } from '../devices/plan/device-names.ts';
import { type AttachmentName, parseLibvirtKey } from './attachments.ts';
import type { DomainLink } from './domain-links.ts';

/** A disk that the hook has claimed for a domain. */
export interface ClaimedDisk extends AttachmentName {
  /** The name of the record, without its suffix. */
  record: string;
  /** The domain's name; undefined where its links do not tell. */
  domain: string | undefined;
  /** What the device is called. */
  name: string;
}

/** A claim, and what the device is called that it is on: its node, of a loop device. */
export interface ClaimedName {
  attachment: string;
  name: string;
}

/** The same of claims on device-mapper devices. */
export function namesOfClaims(claims: readonly Claim[]): ClaimedName[] {
  return claims.map(({ attachment, identity }) => ({ attachment, name: deviceName(identity) }));
}

/**
 * The claims that are libvirt's, with the names of their domains. A record has the domain's uuid alone; the name is
 * that of the domain whose links of these targets lead to these devices. Where several domains share a device under the
 * same target, their other disks tell them apart; what is still not certain has no name.
 */
export function claimedDisks(claims: readonly ClaimedName[], links: readonly DomainLink[]): ClaimedDisk[] {
  const disks = claims.flatMap(({ attachment, name }) => {
    const key = parseLibvirtKey(attachment);
    if (key === undefined) return [];
    return [{ ...key, record: attachment, name }];
  });
  const byDomain = new Map<string, Unnamed[]>();
  for (const disk of disks) byDomain.set(domainOf(disk), [...(byDomain.get(domainOf(disk)) ?? []), disk]);
  const named = [...byDomain.values()].map(own => ({ own, guest: guestOf(own, links) }));
  return named.flatMap(({ own, guest }) => {
    // While a domain starts, its claim is there before its link, and only another's leads to a device that they share.
    const certain = named.filter(other => other.guest === guest).length === 1;
    return own.map(disk => ({ ...disk, domain: certain ? guest : undefined }));
  });
}

/** The node of a device that is called so: a loop device's own, or device-mapper's. */
export function nodeNamed(name: string): string {
  return name.startsWith('/dev/') ? name : nodeOf(name);
}

type Unnamed = Omit<ClaimedDisk, 'domain'>;

function domainOf({ driver, uuid }: AttachmentName): string {
  return `${driver} ${uuid}`;
}

/** The one domain to which all links fit that there are for these disks. */
function guestOf(disks: readonly Unnamed[], links: readonly DomainLink[]): string | undefined {
  const candidates = disks
    .map(({ target, name }) => links.filter(link => link.target === target && link.node === nodeNamed(name)))
    .filter(found => found.length > 0)
    .map(found => found.map(({ guest }) => guest));
  const [first = [], ...others] = candidates;
  const fitting = first.filter(guest => others.every(guests => guests.includes(guest)));
  return fitting.length === 1 ? fitting[0] : undefined;
}
