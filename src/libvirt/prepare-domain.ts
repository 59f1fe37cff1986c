import { recordedAccess } from '../claims/access-record.ts';
import { claim } from '../claims/claim.ts';
import { type Claim, claimsOn } from '../claims/claims.ts';
import { type Holder, requireFree, requireShareable } from '../claims/sharing.ts';
import { OperationUnderWay } from '../devices/operation-under-way.ts';
import { prepare } from '../devices/prepare.ts';
import { sweepAbandoned, sweepAbandonedClones } from '../disks/sweep-abandoned.ts';
import { prepareReflink } from '../reflink/prepare.ts';
import { printable } from '../words/printable.ts';
import { Refusal } from '../words/refusal.ts';
import { holderInXenstore } from '../xen/hotplug/holders.ts';
import { withXenstore } from '../xen/xenstore/store.ts';
import { attachmentKey, attachmentsOf, parseLibvirtKey } from './attachments.ts';
import { linkPath, makeDomainLink } from './domain-links.ts';
import type { HookCall } from './hook-call.ts';
import type { WantedDevice } from './metadata.ts';
import { readMetadata } from './metadata.ts';
import { takeDownDisks } from './take-down.ts';

/** How long to wait for a program that looks at what has to go again. */
const PATIENCE_MILLISECONDS = 1000;

/**
 * Makes the devices that a domain's metadata asks for, each with its claim and its link: all, or none.
 * @param xml the domain's XML
 * @returns what was made, for the log
 * @throws Refusal, in one line that names the domain and the disk
 */
export function prepareDomain(call: HookCall, xml: string): string {
  const { driver, guest } = call;
  const { uuid, devices } = naming(guest, () => readMetadata(xml));
  if (devices.length === 0) return 'asks for no device';
  naming(guest, () => {
    for (const device of devices) checkSource(guest, device);
  });
  // Of a former run whose release never came: libvirt was killed, or the hook was not there.
  takeDownDisks(guest, attachmentsOf(driver, uuid), PATIENCE_MILLISECONDS);
  const made: { key: string; target: string }[] = [];
  const nodes: string[] = [];
  try {
    for (const device of devices) {
      const { target } = device;
      const key = attachmentKey(driver, uuid, target);
      made.push({ key, target });
      const node = naming(guest, () => naming(target, () => prepareDisk(guest, key, device), 'disk '));
      nodes.push(`${target} ${node}`);
    }
    return nodes.join(', ');
  } catch (error) {
    takeDownDisks(guest, made.reverse(), PATIENCE_MILLISECONDS);
    throw error;
  }
}

function prepareDisk(guest: string, key: string, device: WantedDevice): string {
  const { target, images, request, access } = device;
  const link = ({ node }: { node: string }) => makeDomainLink(guest, target, node);
  if (!('base' in request)) {
    const attachment = { key, parameters: images, access, recordsAccess: true, holderOf };
    const { node } = prepareReflink(request, { attachment, ready: link });
    sweepAbandonedClones();
    return node;
  }
  const { identity, node } = prepare(request, {
    chosen: chosen => {
      requireShareable(chosen, access, claimsOn(chosen.identity.base, key), holderOf);
      requireFree(chosen, key, access);
      return claim(key, { parameters: images, device: chosen, access });
    },
    ready: link,
  });
  sweepAbandoned(identity.base);
  return node;
}

/** The link leads to whatever this domain starts with: a disk that names another path would get another's device. */
function checkSource(guest: string, { target, source }: WantedDevice): void {
  const link = linkPath(guest, target);
  if (source !== link)
    throw new Refusal(
      `disk ${target}: its source is ${source === undefined ? 'missing' : printable(source)}: write <source dev="${link}"/>`,
    );
}

/** What is known of another's disk; libvirt starts one of a domain's disks after the other, and none is two of them. */
function holderOf({ attachment }: Pick<Claim, 'attachment'>): Holder | undefined {
  if (parseLibvirtKey(attachment) !== undefined)
    return { access: recordedAccess(attachment), sameVm: () => false };
  try {
    return withXenstore(store => holderInXenstore(store, attachment));
  } catch {
    return { access: 'write', sameVm: () => false };
  }
}

/** Says of what the action was done when it refuses; what may be tried again stays what it is. */
function naming<Result>(name: string, action: () => Result, kind = ''): Result {
  try {
    return action();
  } catch (error) {
    if (error instanceof OperationUnderWay) throw error;
    if (error instanceof Refusal) throw new Refusal(`${kind}${printable(name)}: ${error.message}`);
    throw error;
  }
}
