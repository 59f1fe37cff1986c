import { host } from '../../host/host.ts';

// The names that Qubes' file-reflink driver gives its files. They are an interface: it reads what is written here, and leaves
// what is read here.

/** The files of a disk that is a clone, or that clones are made of: its image is X.img. */
export interface ReflinkFiles {
  /** X.img: the newest version, which is never written; beside a disk that is made anew, the version that it was made of. */
  image: string;
  /** X-dirty.img: what is written while it is in use. Of a disk that is kept, what was not committed stays here. */
  dirty: string;
  /** X-precache.img: a clone of X.img for the next start, which that driver makes at a stop. */
  precache: string;
}

const IMAGE = '.img';
const DIRTY = '-dirty.img';

/** What belongs to X.img, by what it is called: it is no disk of its own. */
const BELONGS = /-(?:dirty|precache|import|cow)\.img$/;

/** NAME_MAX of linux/limits.h, less what the longest name of a version has behind that of its image. */
const LONGEST_IMAGE = 255 - '.999999@0000-00-00T00:00:00Z'.length;

/** Undefined where nothing can be X.img of that path: what is called so belongs to another, or its versions had too long names. */
export function reflinkFiles(image: string): ReflinkFiles | undefined {
  const name = image.slice(image.lastIndexOf('/') + 1);
  if (!name.endsWith(IMAGE) || name === IMAGE || BELONGS.test(name)) return undefined;
  if (name.length * 3 > LONGEST_IMAGE && host.bytesOf(name).length > LONGEST_IMAGE) return undefined;
  const stem = image.slice(0, -IMAGE.length);
  return { image, dirty: stem + DIRTY, precache: `${stem}-precache.img` };
}

/** The image that a file belongs to which a disk is written in; undefined for one that is not called so. */
export function imageOfDirty(path: string): string | undefined {
  return path.endsWith(DIRTY) ? path.slice(0, -DIRTY.length) + IMAGE : undefined;
}

/** What a file is called while it is made: with a ~, by which that driver's start finds and removes what a crash has left. */
export function makingPath(path: string): string {
  return `${path}~making`;
}

/** What the name of an earlier version says: X.img.N@TIME. */
export interface VersionName {
  /** Counts up from 1; undefined in names that old releases gave. */
  number: number | undefined;
  /** When the version was last changed, in seconds: 2026-11-30T14:05:09. */
  time: string;
}

const VERSION = /^\.(?:([1-9]\d{0,5})?@)?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z$/;

/** @param name of a file that lies beside X.img. @returns undefined for what is no version of it */
export function parseVersionName(image: string, name: string): VersionName | undefined {
  const own = image.slice(image.lastIndexOf('/') + 1);
  if (!name.startsWith(own)) return undefined;
  const [, number, time] = VERSION.exec(name.slice(own.length)) ?? [];
  return time === undefined ? undefined : { number: number === undefined ? undefined : Number(number), time };
}

/** @param changed when the version was last changed, milliseconds since 1970 */
export function versionPath(image: string, number: number, changed: number): string {
  return `${image}.${number}@${new Date(changed).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`;
}
