import { dirname } from '../../host/paths.ts';
import { addon, type FileStatus } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';

const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/**
 * In a run as root, a template decides which disks and devices a VM gets: whoever can write it, or change what its
 * path leads to, must be root. `owner` is the user whom the run trusts besides root: 0 there. Both functions raise
 * Refusal.
 */
export function checkFileTrusted(path: string, stats: FileStatus, owner: number): void {
  if (!isTrusted(stats, owner)) {
    throw new Refusal(
      `${path}: belongs to user ${stats.user}; a template used by root must belong to root (chown root)`,
    );
  }
  if ((stats.mode & WRITABLE_BY_OTHERS) !== 0) {
    throw new Refusal(`${path}: is writable by others than root (chmod go-w)`);
  }
}

/**
 * Checks a folder inside the search folder (both resolved), and every folder above. Above the search folder a
 * sticky folder such as /tmp will do: there others cannot rename or remove what belongs to root.
 */
export function checkFolderTrusted(folder: string, searchFolder: string, owner: number): void {
  for (let path = folder; ; path = dirname(path)) {
    const stats = addon().linkStatus(path);
    if (stats === null) throw new Refusal(`${path}: is gone`);
    if (!isTrusted(stats, owner)) {
      throw new Refusal(
        `${path}: belongs to user ${stats.user}; a folder of templates used by root must belong to root (chown root)`,
      );
    }
    const inside = path === searchFolder || path.startsWith(`${searchFolder}/`);
    if ((stats.mode & WRITABLE_BY_OTHERS) !== 0 && (inside || (stats.mode & STICKY) === 0)) {
      throw new Refusal(
        `${path}: is writable by others than root, and the templates in it with it (chmod go-w)`,
      );
    }
    if (path === dirname(path)) return;
  }
}

function isTrusted({ user }: FileStatus, owner: number): boolean {
  return user === 0 || user === owner;
}
