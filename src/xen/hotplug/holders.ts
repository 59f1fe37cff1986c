import { recordedAccess } from '../../claims/access-record.ts';
import { type Claim, isStanding } from '../../claims/claims.ts';
import type { Holder } from '../../claims/sharing.ts';
import { deviceName, type OurDevice } from '../../devices/plan/device-names.ts';
import { addon } from '../../native/addon.ts';
import { isXenstoreError } from '../xenstore/error.ts';
import type { Store } from '../xenstore/store.ts';
import { type Attachment, parseAttachmentKey } from './attachment.ts';
import { accessOf, physicalDevice } from './backend.ts';

/**
 * What xenstore says of a disk of Xen's.
 * @param key of its records
 * @param wantedFor the number of the domain that wants the same device
 * @returns undefined where the disk is gone: libxl deletes a backend whatever became of its script
 */
export function holderInXenstore(store: Store, key: string, wantedFor?: string): Holder | undefined {
  const name = parseAttachmentKey(key);
  if (name === undefined) return { access: recordedAccess(key), sameVm: () => false };
  const path = key.replaceAll('-', '/');
  const mode = store.read(`${path}/mode`);
  if (mode === undefined && store.directory(path).length === 0) return undefined;
  return {
    access: accessOf(mode) ?? 'write',
    sameVm: () => wantedFor !== undefined && isSameVm(store, wantedFor, name.domain),
  };
}

/**
 * Whether two domains are one VM: the same by its uuid (a domain that just stops, or is being moved, and its follower), or a
 * stub domain and the VM that it serves, which is its `target`.
 */
function isSameVm(store: Store, first: string, second: string): boolean {
  if (first === second) return true;
  const vms = vmsOf(store, first);
  return vmsOf(store, second).some(vm => vms.includes(vm));
}

/** What xenstore calls the VM of a domain, and the VM that it serves. */
function vmsOf(store: Store, domain: string): string[] {
  const target = readIfAllowed(store, `/local/domain/${domain}/target`) ?? '';
  return [domain, target].flatMap(number => {
    const vm = /^\d{1,10}$/.test(number) ? readIfAllowed(store, `/local/domain/${number}/vm`) : undefined;
    return vm === undefined || vm === '' ? [] : vm;
  });
}

/** A driver domain may not read everything: what it cannot tell it does not know. */
function readIfAllowed(store: Store, path: string): string | undefined {
  try {
    return store.read(path);
  } catch (error) {
    if (isXenstoreError(error, 'EACCES')) return undefined;
    throw error;
  }
}

/**
 * The disks of Xen's that have a device without a claim of ours: Xen's own block script gave it to them by its node. They are
 * looked for only where somebody has the device open whom the claims do not account for.
 * @param claims those of others
 */
export function unclaimedDisks(
  store: Store,
  { path, key }: Attachment,
  { name, identity }: OurDevice,
  claims: readonly Claim[],
): Claim[] {
  const device = addon().deviceTable(name);
  if (device === null) return [];
  const known = claims.filter(claim => deviceName(claim.identity) === name && isStanding(claim));
  if (device.openCount <= known.length + layersOn(name)) return [];
  const kind = path.split('/').slice(0, -2).join('/');
  const number = physicalDevice(device);
  return store
    .directory(kind)
    .flatMap(domain => store.directory(`${kind}/${domain}`).map(disk => `${kind}/${domain}/${disk}`))
    .filter(other => other !== path && store.read(`${other}/physical-device`) === number)
    .map(other => ({ attachment: other.replaceAll('/', '-'), identity }))
    .filter(({ attachment }) => attachment !== key && known.every(claim => claim.attachment !== attachment));
}

/** How many of our devices lie right on this one, and have it open. */
function layersOn(name: string): number {
  return addon()
    .deviceNames()
    .filter(other => other.startsWith(`${name}-`) && !other.includes('-', name.length + 1)).length;
}
