import { printable } from '../../words/printable.ts';
import { Refusal } from '../../words/refusal.ts';
import { type ReflinkFiles, reflinkFiles } from '../plan/reflink-names.ts';
import type { ReflinkType } from './device-types.ts';
import { type ImagePath, imagePath } from './image-path.ts';

/** A disk that is a clone of a file. */
export interface ReflinkRequest {
  type: ReflinkType;
  /** What the disk is a clone of; undefined for a template's own run. */
  source: ImagePath | undefined;
  /** The disk's X.img: beside it lies what is written. */
  disk: ImagePath;
  /** Whether it goes on at each start with what it was, and is made of its source but once. */
  keep: boolean;
}

const KEEP = 'keep';

/** How each is asked for. */
export const REFLINK_FORM: Readonly<Record<ReflinkType, string>> = {
  reflink: `SOURCE:DISK[:${KEEP}]`,
  'reflink-origin': 'IMAGE',
};

/**
 * A request from `SOURCE:DISK[:keep]`, or for a template's own run from `IMAGE`.
 * @throws Refusal when a path is not one, or there are too few or too many
 */
export function parseReflinkRequest(type: ReflinkType, text: string): ReflinkRequest {
  const [first = '', second, third, ...more] = text.split(':');
  const wrong = () => new Refusal(`${printable(text)} is not ${REFLINK_FORM[type]}: give that`);
  if (type === 'reflink-origin') {
    if (second !== undefined) throw wrong();
    return { type, source: undefined, disk: requireImageName(imagePath('template', first)), keep: true };
  }
  if (second === undefined || (third !== undefined && third !== KEEP) || more.length > 0) throw wrong();
  const source = requireImageName(imagePath('source', first));
  const disk = requireImageName(imagePath('disk', second));
  if (source.path === disk.path)
    throw new Refusal(`${printable(text)} names the same file twice: a disk is a clone of another file`);
  return { type, source, disk, keep: third === KEEP };
}

/** @throws Refusal for a file that is not called as an image is whose clones have names */
function requireImageName(image: ImagePath): ImagePath {
  filesOf(image);
  return image;
}

/** @throws Refusal */
export function filesOf({ role, path }: ImagePath): ReflinkFiles {
  const files = reflinkFiles(path);
  if (files === undefined)
    throw new Refusal(
      `${role} ${printable(path)} is not called X.img, has too long a name, or belongs to another image (X-dirty.img, X-cow.img): ` +
        'give X.img, beside which its other files lie',
    );
  return files;
}
