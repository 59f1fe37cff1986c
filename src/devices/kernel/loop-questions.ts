import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { deviceNumberOf } from '../plan/device-number.ts';
import { folderOf } from '../plan/folder-of.ts';
import { deviceOf, type ImageKey } from '../plan/image-key.ts';
import { asksSomebody, type Mount, mountsOnTheWay } from '../plan/mount-table.ts';
import type { Image } from './images.ts';
import { ourDevices } from './mapper-name.ts';
import { readMounts } from './mounts.ts';
import { holdersIn } from './open-descriptor.ts';

/**
 * How a loop device can be asked what it is attached to. The kernel has the filesystem of that file tell
 * (loop_get_status of drivers/block/loop.c), which waits for a server that has gone, and fails on a dead disk.
 * - strictly: it may be attached to one of our images, whose filesystem has just answered; an error is one;
 * - gently: its file is elsewhere; an error is nothing to us;
 * - not at all: its file is on a filesystem that is not our images', and that has to ask somebody itself.
 */
export type Question = 'strictly' | 'gently' | 'not at all';

/** What the kernel puts behind the path of a file that has no name any more (fs/d_path.c). */
export const DELETED = ' (deleted)';

/** The path of the file behind a loop device as the kernel has it now; undefined where the device is free, or has gone. */
export function backingFile(name: string): string | undefined {
  return backingFileIn(`/sys/block/${name}`);
}

/** The same by the folder that sysfs has for it. */
export function backingFileIn(folder: string): string | undefined {
  try {
    return addon().readText(`${folder}/loop/backing_file`)?.replace(/\n$/, '');
  } catch (error) {
    if (isSystemError(error, 'ENXIO', 'ENODEV')) return undefined;
    throw error;
  }
}

/**
 * What is known of the paths of loop devices' files without asking anybody. The mounts are read when a loop device is
 * met whose file is not in the folder of one of the images.
 */
export function loopQuestions(images: ReadonlyMap<ImageKey, Image>): LoopQuestions {
  return new LoopQuestions(images);
}

class LoopQuestions {
  readonly #images: ReadonlyMap<ImageKey, Image>;
  readonly #folders: ReadonlySet<string>;
  #known: { mounts: readonly Mount[]; ours: ReadonlySet<string> } | undefined;

  constructor(images: ReadonlyMap<ImageKey, Image>) {
    this.#images = images;
    this.#folders = new Set([...images.values()].map(({ path }) => folderOf(path)));
  }

  /**
   * @param name of the loop device: loop0
   * @param shown the path of its file as the kernel has it
   */
  of(name: string, shown: string): Question {
    // What is in the root folder may as well be in that of a filesystem that is mounted nowhere.
    if (folderOf(shown) !== '/' && this.#folders.has(folderOf(shown))) return 'strictly';
    const { mounts, ours } = this.#known ?? this.#look();
    const { last, before } = mountsOnTheWay(mounts, shown);
    if (last.some(({ superblock }) => ours.has(superblock)))
      return this.#leadsThere(shown, before) === 'no' ? this.#byHolders(name) : 'strictly';
    if (last[0]?.point !== '/' && last.length > 0 && last.every(({ type }) => asksSomebody(type)))
      return 'not at all';
    if (last.some(({ type }) => asksSomebody(type))) return this.#byHolders(name);
    return this.#leadsThere(shown, before) === 'yes' ? 'gently' : this.#byHolders(name);
  }

  #look() {
    const mounts = readMounts();
    const ours = new Set<string>();
    for (const { key, path } of this.#images.values()) {
      ours.add(deviceNumberOf(deviceOf(key)));
      const id = addon().mountNumber(path);
      const mount = mounts.find(candidate => candidate.id === id);
      if (mount !== undefined) ours.add(mount.superblock);
    }
    this.#known = { mounts, ours };
    return this.#known;
  }

  /**
   * The path of a file on a filesystem that is mounted nowhere any more, or elsewhere than here, leads to nothing, or to
   * something else. A path through a filesystem that has to ask somebody is not tried.
   */
  #leadsThere(shown: string, before: readonly Mount[]): 'yes' | 'no' | 'unknown' {
    if (before.some(({ type }) => asksSomebody(type))) return 'unknown';
    const deleted = shown.endsWith(DELETED);
    // All that is left of a deleted file is its folder. The root folder is that of any filesystem.
    if (deleted && folderOf(shown) === '/') return 'no';
    try {
      if (addon().fileStatus(shown) !== null) return 'yes';
      return deleted && addon().fileStatus(folderOf(shown)) !== null ? 'yes' : 'no';
    } catch (error) {
      if (isSystemError(error)) return 'unknown';
      throw error;
    }
  }

  /** Of a loop device whose file cannot be found from here: what lies on it says whether it is one of ours. */
  #byHolders(name: string): Question {
    return carriedKeys(name).some(key => this.#images.has(key)) ? 'strictly' : 'not at all';
  }
}

/** The keys in the names of our devices that lie on a loop device. */
function carriedKeys(loop: string): ImageKey[] {
  return ourDevices(holdersIn(`/sys/block/${loop}`)).flatMap(({ identity }) =>
    identity.type === 'origin' ? [identity.base] : [identity.base, ...identity.cows],
  );
}
