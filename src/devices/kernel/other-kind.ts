import { Refusal } from '../../words/refusal.ts';
import { folderOf } from '../plan/folder-of.ts';
import { parseVersionName, reflinkFiles } from '../plan/reflink-names.ts';
import { namesIfThere, statusIfThere } from './if-there.ts';

/**
 * Asked before a template gets its first cow, which makes it one of snapshots.
 * @param image its real path
 * @throws Refusal where it is one that clones are made of: its versions, or what its run writes, lie beside it
 */
export function requireNoClones(image: string): void {
  const files = reflinkFiles(image);
  if (files === undefined) return;
  const folder = folderOf(image);
  const version = namesIfThere(folder).find(name => parseVersionName(image, name) !== undefined);
  const sign = statusIfThere(files.dirty) === undefined ? version && folder + version : files.dirty;
  if (sign === undefined) return;
  throw new Refusal(
    `base ${image} is a template of clones (${sign} lies beside it), whose runs are not kept in a cow: use types reflink and ` +
      `reflink-origin, or make it one of snapshots (block-snapshot convert ${image} snapshot)`,
  );
}
