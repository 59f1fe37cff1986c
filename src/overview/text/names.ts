import type { DeviceNumber } from '../../devices/plan/device-number.ts';
import { oneLine } from '../../words/printable.ts';
import type { Image, User } from '../overview.ts';

/** What people call a disk of a VM (Xen's docs/man/xen-vbd-interface.7): xvda for 51712; others by their number. */
export function diskName(disk: number): string {
  const [number, partition] =
    disk >= 1 << 28 ? [(disk >> 8) & 0xfffff, disk & 0xff] : [(disk >> 4) & 0xf, disk & 0xf];
  if (disk < 1 << 28 && disk >> 8 !== 202) return `disk ${disk}`;
  return `xvd${letters(number)}${partition === 0 ? '' : partition}`;
}

/** a to z, then aa, as Linux names disks. */
function letters(number: number): string {
  const last = String.fromCharCode('a'.charCodeAt(0) + (number % 26));
  return number < 26 ? last : letters(Math.floor(number / 26) - 1) + last;
}

/** How a VM is called: its name, or its number where that is not known. */
export function vmName({ domain, name }: { domain: number; name: string | undefined }): string {
  return name === undefined ? `domain ${domain}` : oneLine(name);
}

/** How a domain of libvirt's is called: its name, or the beginning of its uuid where that is not known. */
export function domainName({ uuid, name }: { uuid: string; name: string | undefined }): string {
  return name === undefined ? `domain ${uuid.slice(0, uuid.indexOf('-'))}…` : oneLine(name);
}

/** What the kernel calls one of our devices: dm-3 for 254:3. */
export function kernelName(device: DeviceNumber): string {
  return `dm-${device.slice(device.indexOf(':') + 1)}`;
}

/** Who it is, in a few words that a terminal can show. */
export function userText(user: User): string {
  switch (user.kind) {
    case 'vm':
      return `${vmName(user)}${user.gone ? ', gone' : ''} (${diskName(user.disk)})`;
    case 'libvirt':
      return `${domainName(user)} (${user.target})`;
    case 'process':
      return `${oneLine(user.name)}[${user.pid}]`;
    case 'mount':
      return `mounted on ${oneLine(user.path)}`;
    case 'device':
      return `device ${oneLine(user.name)}`;
  }
}

/** All who use a device, those counted that cannot be named. */
export function usersText({ users, unknownUsers }: { users: readonly User[]; unknownUsers: number }): string {
  const named = users.map(userText);
  if (unknownUsers > 0)
    named.push(named.length > 0 ? `${unknownUsers} more` : 'open, by whom the kernel does not say');
  return named.join(', ');
}

/**
 * An image by its path, with what became of the file.
 * @param folder a folder whose name goes without saying, with its slash
 */
export function imageText({ path, place, key, device }: Image, folder = ''): string {
  if (path === undefined) return key === undefined ? `device ${device ?? '?'}` : `file ${key}`;
  const shown = oneLine(folder !== '' && path.startsWith(folder) ? path.slice(folder.length) : path);
  return place === 'present' ? shown : `${shown} (${place === 'unreachable' ? 'not found' : place})`;
}

/** The folder of an image, with its slash; empty where it is not known. */
export function folderOf({ path }: Image): string {
  return path === undefined ? '' : path.slice(0, path.lastIndexOf('/') + 1);
}
