import { host } from '../../host/host.ts';

/** NAME_MAX of linux/limits.h, in bytes. */
const LONGEST_NAME = 255;

/**
 * The path of the cow that belongs to a template's image: X-cow.img of X.img, in the same folder. It is made where it
 * is missing, and it is what a commit rotates.
 * @returns undefined for an image that is not called X.img, or so that its cow's name would be too long for any filesystem
 */
export function ownCow(image: string): string | undefined {
  if (!image.endsWith('.img')) return undefined;
  const cow = `${image.slice(0, -'.img'.length)}-cow.img`;
  const name = cow.slice(cow.lastIndexOf('/') + 1);
  return name.length * 3 > LONGEST_NAME && host.bytesOf(name).length > LONGEST_NAME ? undefined : cow;
}

/** The image that the path of a cow belongs to; the same path where it is called as no cow is. */
export function imageOfCow(cow: string): string {
  return cow.replace(/-cow\.img$/, '.img');
}

/** Whether a cow is called as a template's own is, or as the undo of one of its runs. */
export function isOfOwnRuns(image: string, cow: string): boolean {
  const own = ownCow(image);
  return own !== undefined && (cow === own || cow.startsWith(`${own}.`));
}

/** Where the cow of an image that was replaced is put aside; the number is for those put aside before. */
export function stalePath(cow: string, number: number): string {
  return `${cow}.stale${number === 0 ? '' : `.${number}`}`;
}

/**
 * Where the cow of a finished run is kept: the undo of that run.
 * @param cow path of the template's cow
 * @param revision 1 is the last finished run, 2 the one before
 */
export function revisionPath(cow: string, revision: number): string {
  return revision === 1 ? `${cow}.old` : `${cow}.old.${revision - 1}`;
}

/** The number of the revision that has this path; undefined for a path that is none of this cow's revisions. */
export function revisionOf(cow: string, path: string): number | undefined {
  if (!path.startsWith(`${cow}.old`)) return undefined;
  const suffix = path.slice(cow.length + '.old'.length);
  if (suffix === '') return 1;
  return /^\.[1-9]\d{0,3}$/.test(suffix) ? Number(suffix.slice(1)) + 1 : undefined;
}
