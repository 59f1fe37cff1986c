import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { oneLine } from '../../words/printable.ts';
import { Refusal } from '../../words/refusal.ts';
import { MAPPER_FOLDER, nodeOf, parseDeviceName } from '../plan/device-names.ts';
import type { DeviceNumber } from '../plan/device-number.ts';
import type { Mount } from '../plan/mount-table.ts';
import type { Image } from './images.ts';
import { mapperName, ourDevices } from './mapper-name.ts';
import { readMounts } from './mounts.ts';
import { blockDevicePath, holdersOf, withDescriptor } from './open-descriptor.ts';

// Asked only where something could not be done: it says who is in the way, and how to have him go.

/** What messages call it. */
type Subject = { role: string } & Pick<Image, 'path' | 'device'>;

/**
 * Asked before a VM gets a device of ours that is open already: this machine may not have it for itself (mounted, as swap,
 * in another device). A VM that reads it may have it beside a mount that reads it as well, and beside our own devices on it.
 * @param path of its node
 * @throws Refusal that names what is in the way
 */
export function requireNotHeld(path: string, device: DeviceNumber, writes: boolean): void {
  if (!isHeld(path)) return;
  const subject: Subject = { role: 'device', path, device };
  if (!writes && mountOf([device, ...partitionsOf(device)], path)?.writable !== true) return;
  throw (
    inTheWay(subject, device) ??
    new Refusal(`device ${path} is in use by a program that has it for itself: see fuser -v ${path}`)
  );
}

/** Whether somebody has a block device for himself: then nobody else gets it so (man 2 open, O_EXCL). */
function isHeld(node: string): boolean {
  const { readOnly, exclusive } = addon().openFlags;
  try {
    withDescriptor(addon().openFile(node, readOnly | exclusive, 0), () => undefined);
    return false;
  } catch (error) {
    // Without its node, which a killed command may have left so, nobody has opened it.
    if (isSystemError(error, 'ENOENT')) return false;
    if (isSystemError(error, 'EBUSY')) return true;
    throw error;
  }
}

/**
 * A refusal that names what has a block device for itself (a mount, a swap area, another device on it or on a partition of
 * it); undefined where nothing is found.
 */
export function inTheWay(image: Subject, device: DeviceNumber): Refusal | undefined {
  const node = blockDevicePath(device) ?? `device ${device}`;
  const through = image.device === device ? '' : ` through ${node}`;
  const parts = [device, ...partitionsOf(device)];
  const mount = mountOf(parts, image.path);
  const subject = `${image.role} ${image.path}`;
  if (mount !== undefined)
    return new Refusal(
      `${subject} is mounted on ${oneLine(mount.point)}${through}: unmount it first (umount ${shellWord(mount.point)})`,
    );
  const swap = parts.map(blockDevicePath).find(path => path !== undefined && isSwap(path));
  if (swap !== undefined)
    return new Refusal(`${subject} is used as swap${through}: switch that off first (swapoff ${swap})`);
  const holder = parts.flatMap(foreignHolders)[0];
  if (holder !== undefined)
    return new Refusal(
      `${subject} is in use by ${oneLine(holder)}${through}: take that down first, ` +
        (holder.startsWith(MAPPER_FOLDER) ? `for example (dmsetup remove ${holder})` : `see lsblk ${node}`),
    );
  return undefined;
}

/** Whether a device of ours lies on this one. */
export function carriesOurs(device: DeviceNumber): boolean {
  return ourDevices(holdersOf(device)).length > 0;
}

/** The devices on this one that are none of ours, as a person calls them. */
function foreignHolders(device: DeviceNumber): string[] {
  return holdersOf(device).flatMap(holder => {
    const name = mapperName(holder);
    if (name === undefined) return [`/dev/${holder}`];
    return parseDeviceName(name) === undefined ? [nodeOf(name)] : [];
  });
}

function partitionsOf(device: DeviceNumber): DeviceNumber[] {
  const folder = `/sys/dev/block/${device}`;
  return listQuietly(folder).flatMap(name =>
    addon().fileStatus(`${folder}/${name}/partition`) === null
      ? []
      : ((addon().readText(`${folder}/${name}/dev`)?.trim() ?? []) as DeviceNumber),
  );
}

function listQuietly(folder: string): string[] {
  try {
    return addon().listFolder(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Where one of these devices is mounted; btrfs is known by the node that it was given, not by a number. */
function mountOf(devices: readonly DeviceNumber[], path?: string): Mount | undefined {
  const nodes = [...devices.map(blockDevicePath), path];
  return readMounts().find(
    ({ superblock, source }) =>
      devices.some(device => device === superblock) || nodes.some(node => node === source),
  );
}

function isSwap(node: string): boolean {
  return (addon().readText('/proc/swaps') ?? '').split('\n').some(line => line.startsWith(`${node} `));
}

/** As a shell takes it for one word. */
export function shellWord(text: string): string {
  return /^[\w/.:+@%,-]+$/.test(text) ? text : `'${oneLine(text).replaceAll("'", `'\\''`)}'`;
}
