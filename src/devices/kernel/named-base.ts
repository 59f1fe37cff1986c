import { addon } from '../../native/addon.ts';
import { warn } from '../../words/complaint.ts';
import { folderOf } from '../plan/folder-of.ts';
import { textVersion } from '../plan/label.ts';
import { isStableName } from '../plan/stable-name.ts';
import type { BaseVersion } from './base-version.ts';
import type { Image } from './images.ts';
import { descriptorSectors, openImage, withDescriptor } from './open-descriptor.ts';

/** More links to a device than anybody has. */
const MOST_LINKS = 8;

/** tmpfs and ramfs of linux/magic.h. */
const IN_MEMORY: readonly number[] = [0x01021994, 0x858458f6];

/** The name by which a block device is found at any time, where it was given by one, or by a link to one. */
export function stableName(path: string): string | undefined {
  let name = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const folder = addon().resolveFile(folderOf(name))?.path;
    if (folder === undefined) return undefined;
    name = `${folder}/${name.slice(name.lastIndexOf('/') + 1)}`;
    if (isStableName(name)) return name;
    if (addon().linkStatus(name)?.kind !== 'symbolic link') return undefined;
    const target = addon().readLink(name) ?? '';
    name = target.startsWith('/') ? target : `${folder}/${target}`;
  }
  return undefined;
}

/**
 * What a base is that is a block device and no file's: its bytes are its storage's, and what tells one version from another is the
 * name that it was given by, and its size. Where that name is one of a moment, its size alone.
 */
export function namedVersion(base: Image): BaseVersion {
  const sectors = withDescriptor(openImage(base, 'read'), descriptorSectors);
  const name = stableName(base.path) ?? '';
  return {
    is: [textVersion(`${name} ${sectors}`)],
    maybe: [],
    unended: undefined,
    inode: 0n,
    changed: 0n,
    label: undefined,
  };
}

/** Says that a cow which is going to be there after the next start lies on a base that may be another by then. */
export function warnOfMoment(base: Image, cows: readonly { descriptor: number; path: string }[]): void {
  const kept = cows.find(({ descriptor }) => !IN_MEMORY.includes(addon().filesystemType(descriptor)));
  if (kept === undefined || stableName(base.path) !== undefined) return;
  warn(
    `base ${base.path} may be another device after the next start, and cow ${kept.path} would not know: ` +
      'give it by a name that stays (/dev/disk/by-id/..., /dev/rbd/POOL/IMAGE@SNAP, /dev/VG/LV)',
  );
}
