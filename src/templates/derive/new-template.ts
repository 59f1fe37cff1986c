import { namesIfThere, statusIfThere } from '../../devices/kernel/if-there.ts';
import { DERIVED_BESIDE } from '../../devices/plan/derived-label.ts';
import { folderOf } from '../../devices/plan/folder-of.ts';
import { ownCow } from '../../devices/plan/own-cow.ts';
import { imagePath } from '../../devices/request/image-path.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { IMAGE_NAME } from '../template-files.ts';

/** Where a template is going to be that is not there yet. */
export interface NewTemplate {
  /** The path of its image. */
  image: string;
  /** A folder that is there, on the filesystem that it is going to be on, with its slash. */
  beside: string;
  /** The folder that has to be made for it; undefined where there is one. */
  folder: string | undefined;
}

/** What files are called that belong to an image of another name: X-cow.img of X.img. */
const BELONGS = /-(?:cow|dirty|precache|import)\.img$/;

/**
 * Finds where a new template is to be: in a folder, which is made where it is not there, or at a path X.img.
 * @throws Refusal where something is there, or lies there that another template has left
 */
export function newTemplate(argument: string): NewTemplate {
  const path = imagePath('template', argument).path.replace(/(?<=.)\/+$/, '');
  try {
    const place = path.endsWith('.img') && kindOf(path) !== 'directory' ? atImage(path) : inFolder(path);
    requireFree(place.image);
    return place;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new Refusal(
      `the new template ${path.slice(0, 300)} cannot be made (${error.code}): ` +
        (error.code === 'EACCES' || error.code === 'EPERM' ? 'run as root' : 'give another path'),
    );
  }
}

function inFolder(path: string): NewTemplate {
  const folder = path === '/' ? '' : path;
  const image = `${folder}/${IMAGE_NAME}`;
  const kind = kindOf(path);
  if (kind === 'directory') return { image, beside: `${folder}/`, folder: undefined };
  if (kind !== undefined)
    throw new Refusal(`the new template ${path} is a ${kind}: give a folder, or the path of an image, X.img`);
  requireFolder(folderOf(path));
  return { image, beside: folderOf(path), folder: path };
}

function atImage(image: string): NewTemplate {
  if (BELONGS.test(image))
    throw new Refusal(
      `the new template ${image} would be called as what belongs to ${image.replace(BELONGS, '.img')}: give another name`,
    );
  if (ownCow(image) === undefined)
    throw new Refusal(
      `the new template ${image.slice(0, 100)}... has a name too long for its cow to lie beside it: give a shorter one`,
    );
  requireFolder(folderOf(image));
  return { image, beside: folderOf(image), folder: undefined };
}

function requireFolder(folder: string): void {
  if (kindOf(folder) !== 'directory')
    throw new Refusal(`the folder ${folder} of the new template is not there: make it first`);
}

/** A cow, a version or a label of another would be taken for the new one's. */
function requireFree(image: string): void {
  if (addon().linkStatus(image) !== null)
    throw new Refusal(
      `${image} is there already: a new template takes the place of nothing; give another name`,
    );
  const folder = folderOf(image);
  const name = image.slice(folder.length);
  const own = name.slice(0, -'.img'.length);
  const left = namesIfThere(folder)
    .sort()
    .find(
      other =>
        other !== name + DERIVED_BESIDE &&
        (other.startsWith(`${name}.`) ||
          (other.startsWith(`${own}-`) && /^-(?:cow|dirty|precache)\.img/.test(other.slice(own.length)))),
    );
  if (left !== undefined)
    throw new Refusal(
      `${folder}${left} is there, and would be taken for a file of the new template ${image}: move it away, or give another name`,
    );
}

function kindOf(path: string): string | undefined {
  return statusIfThere(path)?.kind;
}
