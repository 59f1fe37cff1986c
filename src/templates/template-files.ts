import { type Image, placeOf, realPathOf, requireImage } from '../devices/kernel/images.ts';
import { imageOfCow, ownCow } from '../devices/plan/own-cow.ts';
import { type ImagePath, imagePath } from '../devices/request/image-path.ts';
import { addon, type FileStatus } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { Refusal } from '../words/refusal.ts';

/** The image of a template that was given by its folder. */
export const IMAGE_NAME = 'root.img';

/** The files that make a template. */
export interface TemplateFiles {
  /** What VMs are based on: an image file, or a block device. */
  image: ImagePath;
  /** The old blocks of the present run of the template: X-cow.img of X.img. */
  cow: ImagePath;
  /** The path of a link to the cow, beside the link to the image that the template was given by: where people look. */
  linked?: string;
}

/** A template that is there. */
export interface Template extends TemplateFiles {
  /** What its devices are made on. */
  image: Image;
}

/** @throws Refusal where its image is not there, or can be none */
export function findTemplate(files: TemplateFiles): Template {
  return { ...files, image: requireImage(files.image) };
}

/**
 * Finds the files of a template by what a person calls it: a folder with root.img in it, or the image itself. Only
 * whether it is a folder is looked at; the files need not be there.
 * @throws Refusal when the path cannot be one, or is not an image's
 */
export function templateFiles(argument: string): TemplateFiles {
  const given = imagePath('template', argument);
  const path = given.path.replace(/(?<=.)\/+$/, '');
  const isFolder = statusOf(given.path)?.kind === 'directory';
  return filesOfImage(isFolder ? `${path === '/' ? '' : path}/${IMAGE_NAME}` : path);
}

/**
 * The files of the template with this image.
 * @throws Refusal when it is not called X.img, or is the cow of another
 */
export function filesOfImage(image: string): TemplateFiles {
  const path = resolved(image);
  const cow = ownCow(path);
  if (cow === undefined && path.endsWith('.img'))
    throw new Refusal(
      `template ${path.slice(0, 100)}... has a name too long for its cow to lie beside it: rename it`,
    );
  if (cow === undefined && statusOf(image)?.kind === 'block device')
    throw new Refusal(
      `template ${image} is a block device: its versions are those of its storage (docs/cluster.md), and only its commit is ours`,
    );
  if (cow === undefined)
    throw new Refusal(
      `template ${image} is neither a folder nor an image whose name ends with .img: give the one or the other`,
    );
  const owner = imageOfCow(path);
  if (owner !== path && statusOf(owner) !== undefined)
    throw new Refusal(`${image} is the cow of ${owner}: give that as the template`);
  return filesAt(path, cow, image);
}

/**
 * @param path of the image itself
 * @param given the path that it was asked for by
 */
function filesAt(path: string, cow: string, given: string): TemplateFiles {
  const files = { image: imagePath('template', path), cow: imagePath('cow', resolved(cow)) };
  const linked = ownCow(given);
  return linked !== undefined && linked !== files.cow.path && resolved(linked) === files.cow.path
    ? { ...files, linked }
    : files;
}

/** The template with an image that was found; undefined for one that can be no template's. */
export function templateOf(image: Image): Template | undefined {
  const path = realPathOf(image);
  const cow = ownCow(path);
  return cow === undefined ? undefined : { ...filesAt(path, cow, image.path), image };
}

/**
 * The path that leads to a file without symbolic links; the same where there is none. What belongs to a template lies
 * beside the files themselves, on their own filesystem.
 */
function resolved(path: string): string {
  const found = statusOf(path);
  return found === undefined ? path : placeOf(path, found);
}

function statusOf(path: string): (FileStatus & { path: string }) | undefined {
  try {
    return addon().resolveFile(path) ?? undefined;
  } catch (error) {
    if (isSystemError(error, 'EACCES', 'EPERM'))
      throw new Refusal(`no permission to look at template ${path}: run as root`);
    if (isSystemError(error, 'ELOOP'))
      throw new Refusal(`template ${path} is a symbolic link that leads in a circle: mend the link`);
    if (isSystemError(error, 'ENAMETOOLONG'))
      throw new Refusal(
        `template ${path.slice(0, 100)}... has a name too long for its filesystem: rename it`,
      );
    throw error;
  }
}
