import { statusIfThere } from '../devices/kernel/if-there.ts';
import { type Image, realPathOf } from '../devices/kernel/images.ts';
import { fileDisk } from '../devices/plan/disk-key.ts';
import { folderOf } from '../devices/plan/folder-of.ts';
import { type ImageKey, imageKey } from '../devices/plan/image-key.ts';
import { ownCow } from '../devices/plan/own-cow.ts';
import type { ReflinkFiles } from '../devices/plan/reflink-names.ts';
import { bytes } from '../devices/plan/units.ts';
import type { ImagePath, ImageRole } from '../devices/request/image-path.ts';
import { filesOf } from '../devices/request/reflink-request.ts';
import { addon, type FileStatus } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { Refusal } from '../words/refusal.ts';

/** The files of one disk, by where they really lie, whether or not they are there. */
export interface Volume extends ReflinkFiles {
  /**
   * What its lock is called. Its files come and go and are other files each time: what stays is the folder, by device and inode,
   * and the name in it.
   */
  lock: string;
}

/** @throws Refusal when its folder is not there, or it is a symbolic link, beside which nothing of it lies */
export function volumeOf(image: ImagePath): Volume {
  const { role, path } = image;
  const given = folderOf(path);
  const folder = looking(image, () => addon().resolveFile(given));
  if (folder === null || folder.kind !== 'directory')
    throw new Refusal(`${role} ${path} has no folder: make ${given} first, or check the path`);
  const name = path.slice(given.length);
  const real = `${folder.path === '/' ? '' : folder.path}/${name}`;
  if (looking(image, () => addon().linkStatus(real))?.kind === 'symbolic link')
    throw new Refusal(`${role} ${path} is a symbolic link: give the path that it leads to`);
  const key = imageKey(folder.device, folder.inode);
  return { ...filesOf({ role, path: real }), lock: `${key}-${addon().checksum(name)}` };
}

/** The same of an image that was found, wherever its path leads. @throws Refusal when it is not called as one is */
export function volumeOfImage(image: Image): Volume {
  return volumeOf({ role: image.role, path: realPathOf(image) });
}

/** The same of a template, to whose image links may lead. */
export function volumeOfTemplate(image: ImagePath): Volume {
  const found = looking(image, () => addon().resolveFile(image.path));
  return volumeOf(found === null ? image : { role: image.role, path: found.path });
}

/** @throws Refusal where nobody may look */
function looking<Result>({ role, path }: ImagePath, look: () => Result): Result {
  try {
    return look();
  } catch (error) {
    if (isSystemError(error, 'EACCES', 'EPERM'))
      throw new Refusal(`no permission to look at ${role} ${path}: run as root`);
    if (isSystemError(error, 'ELOOP', 'ENAMETOOLONG'))
      throw new Refusal(`${role} ${path} cannot be looked at (${error.code}): check the path`);
    throw error;
  }
}

/** The key of a file that may not be there. @throws Refusal when it is there and is no file */
export function fileKey(role: ImageRole, path: string): ImageKey | undefined {
  const status = statusIfThere(path);
  return status && imageOf(role, path, status).key;
}

/** A file of a disk as what makes devices knows images. @throws Refusal when it is no file */
export function imageOf(role: ImageRole, path: string, status: FileStatus): Image {
  if (status.kind !== 'file')
    throw new Refusal(`${role} ${path} is a ${status.kind}, where a file should be: move it away`);
  const key = imageKey(status.device, status.inode);
  const { links, size } = status;
  return { role, path, key, disk: fileDisk(key), links, device: undefined, size: bytes(size), owner: status };
}

/**
 * A template is of one kind: one whose runs are kept in a cow is written in place, and clones are made of what never is.
 * @throws Refusal where the files of the other kind lie beside the image
 */
export function requireNoCow({ role }: ImagePath, image: string): void {
  const cow = ownCow(image);
  if (cow === undefined || statusIfThere(cow) === undefined) return;
  throw new Refusal(
    `${role} ${image} is a template of snapshots (${cow} lies beside it), which is written in place: use type snapshot, or make ` +
      `it one of clones (block-snapshot convert ${image} reflink)`,
  );
}
