import { addon, type FileStatus } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { type DeviceNumber, deviceNumberOf } from '../plan/device-number.ts';
import { type DiskKey, fileDisk } from '../plan/disk-key.ts';
import { type ImageKey, imageKey } from '../plan/image-key.ts';
import { ownCow } from '../plan/own-cow.ts';
import { type Bytes, bytes, SECTOR_BYTES } from '../plan/units.ts';
import type { ImagePath } from '../request/image-path.ts';
import { diskBehind } from './disk-behind.ts';
import { openImage, replaced } from './open-descriptor.ts';

/** A base or a cow as it was found: an ordinary file, or a block device. */
export interface Image extends ImagePath {
  key: ImageKey;
  /** The disk that it is, by whichever of its names it was given. */
  disk: DiskKey;
  /** How many names the file has. */
  links: number;
  /** For a block device, its own number; an ordinary file needs a loop device. */
  device: DeviceNumber | undefined;
  /** Of an ordinary file; 0 for a block device, which has to be opened to tell. */
  size: Bytes;
  owner: { user: number; group: number; mode: number };
}

/**
 * Finds what a path stands for; symbolic links are followed.
 * @returns undefined where there is nothing of that name
 * @throws Refusal when it is there and cannot be an image
 */
export function findImage(image: ImagePath): Image | undefined {
  const { role, path } = image;
  let found: FileStatus | undefined;
  try {
    found = addon().fileStatus(path) ?? undefined;
  } catch (error) {
    if (isSystemError(error, 'EACCES', 'EPERM'))
      throw new Refusal(`no permission to look at ${role} ${path}: run as root`);
    if (isSystemError(error, 'ELOOP'))
      throw new Refusal(`${role} ${path} is a symbolic link that leads in a circle: mend the link`);
    if (isSystemError(error, 'ENAMETOOLONG'))
      throw new Refusal(`${role} ${path.slice(0, 100)}... has a name too long for its filesystem: rename it`);
    throw error;
  }
  if (found === undefined) return undefined;
  if (found.kind !== 'file' && found.kind !== 'block device')
    throw new Refusal(`${role} ${path} is a ${found.kind}: give an image file or a block device`);
  // An empty cow has nothing to lose: it is made as large as it has to be.
  const isEmptyCow = role === 'cow' && found.size === 0;
  if (found.kind === 'file' && found.size < SECTOR_BYTES && !isEmptyCow)
    throw new Refusal(
      found.size === 0
        ? `${role} ${path} is empty: an image has at least one sector`
        : `${role} ${path} has ${found.size} bytes, less than one sector: it is no image`,
    );
  const key = imageKey(found.device, found.inode);
  const device = found.kind === 'block device' ? deviceNumberOf(found.rdev) : undefined;
  return {
    role,
    path,
    key,
    disk: device === undefined ? fileDisk(key) : diskBehind({ role, path, key }, device),
    links: found.links,
    device,
    size: bytes(found.kind === 'file' ? found.size : 0),
    owner: found,
  };
}

/** The same, where there has to be something. */
export function requireImage(image: ImagePath): Image {
  const found = findImage(image);
  if (found === undefined)
    throw new Refusal(`${image.role} ${image.path} does not exist: check the path, or make the file first`);
  return found;
}

/** Opens a store to read what it keeps. @throws Refusal when what is there cannot be one: a pipe would not open before somebody writes to it */
export function openStore(path: string): number {
  return openImage(requireImage({ role: 'cow', path }), 'read');
}

/** Whether the path of an image that was found still stands for it. */
export function isStillThere(image: Image): boolean {
  const found = addon().fileStatus(image.path);
  return found !== null && imageKey(found.device, found.inode) === image.key;
}

/**
 * Where what belongs to an image lies: beside the file itself, by whichever links it was given; but beside the link that
 * names a block device, or a file that is not called as an image is.
 */
export function placeOf(path: string, found: FileStatus & { path: string }): string {
  return found.kind === 'file' && ownCow(found.path) !== undefined ? found.path : path;
}

/**
 * The path beside which lies what belongs to an image: see placeOf.
 * @throws Refusal when another file has taken its place
 */
export function realPathOf(image: Image): string {
  const found = addon().resolveFile(image.path);
  if (found === null || imageKey(found.device, found.inode) !== image.key) throw replaced(image);
  return placeOf(image.path, found);
}
