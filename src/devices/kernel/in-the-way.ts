import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../answer/refusal.ts';
import { MAPPER_FOLDER, parseDeviceName } from '../plan/device-names.ts';
import type { DeviceNumber } from '../plan/device-number.ts';
import { oneLine } from '../request/image-path.ts';
import type { Image } from './images.ts';
import { blockDevicePath, holdersOf, openToRead, withDescriptor } from './open-descriptor.ts';

const LONGEST_TABLE = 1024 * 1024;

// Asked only where something could not be done: it says who is in the way, and how to have him go.

/**
 * A refusal that names what has a block device for itself (a mount, a swap area, another device on it or on a partition of
 * it); undefined where nothing is found.
 */
export function inTheWay(image: Image, device: DeviceNumber): Refusal | undefined {
  const node = blockDevicePath(device) ?? `device ${device}`;
  const through = image.device === device ? '' : ` through ${node}`;
  const parts = [device, ...partitionsOf(device)];
  const mount = mountOf(parts);
  const subject = `${image.role} ${image.path}`;
  if (mount !== undefined)
    return new Refusal(
      `${subject} is mounted on ${oneLine(mount)}${through}: unmount it first (umount ${shellWord(mount)})`,
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
  return holdersOf(device).some(holder => parseDeviceName(mapperName(holder) ?? '') !== undefined);
}

/** The devices on this one that are none of ours, as a person calls them. */
function foreignHolders(device: DeviceNumber): string[] {
  return holdersOf(device).flatMap(holder => {
    const name = mapperName(holder);
    if (name === undefined) return [`/dev/${holder}`];
    return parseDeviceName(name) === undefined ? [MAPPER_FOLDER + name] : [];
  });
}

function mapperName(holder: string): string | undefined {
  return addon().readText(`/sys/class/block/${holder}/dm/name`)?.trim();
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

/**
 * Where one of these devices is mounted (man 5 proc, mountinfo: the third field is the device, the fifth the path; behind
 * the dash the type and the source, which btrfs is known by).
 */
function mountOf(devices: readonly DeviceNumber[]): string | undefined {
  const nodes = devices.map(blockDevicePath);
  for (const line of wholeText('/proc/self/mountinfo').split('\n')) {
    const fields = line.split(' ');
    const source = fields[fields.indexOf('-') + 2];
    if (devices.some(device => device === fields[2]) || nodes.some(node => node === source))
      return (fields[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      );
  }
  return undefined;
}

/** Of a file in /proc, as long as the table of mounts of a large host is. */
function wholeText(path: string): string {
  const text = withDescriptor(openToRead(path), descriptor => addon().readAt(descriptor, 0, LONGEST_TABLE));
  return Buffer.from(text).toString('utf8').replace(/\0+$/, '');
}

function isSwap(node: string): boolean {
  return (addon().readText('/proc/swaps') ?? '').split('\n').some(line => line.startsWith(`${node} `));
}

/** As a shell takes it for one word. */
export function shellWord(text: string): string {
  return /^[\w/.:+@%,-]+$/.test(text) ? text : `'${oneLine(text).replaceAll("'", `'\\''`)}'`;
}
