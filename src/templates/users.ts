import { type Claim, claimsOn, isStanding } from '../claims/claims.ts';
import { withHeldDescriptors } from '../devices/kernel/held-descriptors.ts';
import type { Image } from '../devices/kernel/images.ts';
import { inTheWay } from '../devices/kernel/in-the-way.ts';
import { findLoops } from '../devices/kernel/loop-devices.ts';
import { requireOneName } from '../devices/kernel/one-name.ts';
import { holdersOf, openImage, withDescriptor } from '../devices/kernel/open-descriptor.ts';
import { mendOrigin } from '../devices/kernel/origin-device.ts';
import { withUdevSession } from '../devices/kernel/udev-session.ts';
import {
  nodeOf,
  originName,
  parseDeviceName,
  snapshotName,
  snapshotPrefix,
} from '../devices/plan/device-names.ts';
import { deviceNumber } from '../devices/plan/device-number.ts';
import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { Refusal } from '../words/refusal.ts';
import { requireClosedFile } from './open-files.ts';

/** Gives the words for the disk of a VM by the name of its attachment in the records: `VM work (backend-vbd-5-51712)`. */
export type NameUser = (attachment: string) => string;

/** @throws Refusal when the origin of a base is there: the template runs, or it has not been taken down */
export function requireStopped(base: Image, nameUser: NameUser): void {
  const name = originName(base.key);
  if (withUdevSession(udev => mendOrigin(base.key, udev)) === undefined) {
    requireNotRunningElsewhere(base);
    return;
  }
  const users = claimsOn(base.key)
    .filter(({ identity }) => identity.type === 'origin')
    .map(({ attachment }) => nameUser(attachment));
  throw new Refusal(
    users.length > 0
      ? `template ${base.path} is running (${nodeOf(name)}, used by ${users.join(', ')}): stop it first`
      : `template ${base.path} is running (${nodeOf(name)}): stop it first, then block-snapshot cleanup origin ${name}`,
  );
}

/** @throws Refusal when an origin by another name of the disk writes to it */
function requireNotRunningElsewhere(base: Image): void {
  withHeldDescriptors(held => {
    const device = base.device ?? findLoops([base], held).get(base.key)?.device;
    if (device !== undefined) requireOneName(base, device);
  });
}

/**
 * @param own the device that does not count
 * @throws Refusal that names who uses a snapshot of a base
 */
export function requireNoSnapshots(base: Image, nameUser: NameUser, own?: string): void {
  const claims = claimsOn(base.key).filter(isStanding);
  const inUse: string[] = [];
  let byVms = false;
  const leftOver: string[] = [];
  for (const name of addon().deviceNames().sort()) {
    if (name === own || !name.startsWith(snapshotPrefix(base.key)) || parseDeviceName(name) === undefined)
      continue;
    const users = usersOf(name, claims, nameUser);
    const standing = openOf(name);
    if (users.length > 0) byVms = true;
    if (users.length > 0) inUse.push(...users.map(user => `${user} has ${nodeOf(name)}`));
    else if (standing === 'by others') inUse.push(`${nodeOf(name)} is open`);
    else if (standing === 'by nobody') leftOver.push(name);
  }
  if (inUse.length > 0)
    throw new Refusal(
      `template ${base.path} is in use: ${inUse.join(', ')}: ${
        byVms ? 'stop those VMs first' : 'see by whom with block-snapshot list'
      }`,
    );
  const [first] = leftOver.reverse();
  if (first !== undefined)
    throw new Refusal(
      `template ${base.path} has a snapshot that nobody has open, ${nodeOf(first)}: ` +
        `if no VM is just starting on it, block-snapshot cleanup snapshot ${first}`,
    );
}

/** Who has a device open: devices on it, of which each is looked at by itself, or others. */
function openOf(name: string): 'by nobody' | 'by devices' | 'by others' {
  const state = addon().deviceTable(name);
  if (state === null || state.openCount === 0) return 'by nobody';
  return state.openCount > holdersOf(deviceNumber(state.major, state.minor)).length
    ? 'by others'
    : 'by devices';
}

/** The VMs whose disk a device is; not those whose disk lies on it, which have a device of their own. */
function usersOf(name: string, claims: readonly Claim[], nameUser: NameUser): string[] {
  return claims
    .filter(
      ({ identity }) => identity.type === 'snapshot' && snapshotName(identity.base, identity.cows) === name,
    )
    .map(({ attachment }) => nameUser(attachment));
}

/** @throws Refusal when any program, or a loop device, has an image file open that no device of ours accounts for */
export function requireClosed(base: Image): void {
  if (base.device !== undefined) return;
  withHeldDescriptors(held => {
    const loop = findLoops([base], held).get(base.key);
    const mounted = loop && inTheWay({ ...base, role: 'template' }, loop.device);
    if (mounted !== undefined) throw mounted;
    if (loop !== undefined)
      throw new Refusal(
        `template ${base.path} is attached to ${loop.path}: detach it first (losetup -d ${loop.path})`,
      );
  });
  withDescriptor(openImageToWrite(base), descriptor => {
    if (requireClosedFile(base, descriptor) === 'leased') addon().giveLeaseBack(descriptor);
  });
}

/**
 * Opens a template's image for writing.
 * @throws Refusal when it cannot be written, or another file has taken its place
 */
export function openImageToWrite(base: Image): number {
  let descriptor: number;
  try {
    descriptor = openImage(base, 'write');
  } catch (error) {
    if (isSystemError(error, 'EACCES', 'EPERM'))
      throw new Refusal(`no permission to write template ${base.path}: run as root`);
    if (isSystemError(error))
      throw new Refusal(`template ${base.path} cannot be written (${error.code}): it has to be`);
    throw error;
  }
  return descriptor;
}
