import { addon } from '../../native/addon.ts';
import type { Under } from '../plan/bound-store.ts';
import { isSame, type StoreLabel, withVersions } from '../plan/label.ts';
import { ownCow } from '../plan/own-cow.ts';
import { type BaseVersion, readBaseVersion } from './base-version.ts';
import { type Image, openStore, realPathOf } from './images.ts';
import { readStoreLabel } from './label-file.ts';
import { withBaseFile } from './live-stores.ts';
import { withDescriptor } from './open-descriptor.ts';
import { keepsBlocks } from './store-contents.ts';

/**
 * What an image holds, as readBaseVersion has it; undefined where nothing can be told of its file.
 * @param written whether an origin or a merge writes to it now
 */
export function versionOfBase(base: Image, written: boolean): BaseVersion | undefined {
  return withBaseFile(base, file => withOwnRun(base, readBaseVersion(file, written)));
}

/** Where the power has failed in a run: whether that has written, its template's own cow tells. */
export function withOwnRun(base: Image, version: BaseVersion): BaseVersion {
  if (version.maybe.length === 0) return version;
  const path = ownCow(realPathOf(base));
  if (path === undefined || addon().fileStatus(path)?.kind !== 'file') return version;
  return withDescriptor(openStore(path), descriptor =>
    keepsBlocks(descriptor)
      ? version
      : { ...version, is: withUnwritten(version.is, version, readStoreLabel({ descriptor, path })) },
  );
}

/**
 * What a base is whose run was ended by a power cut: where the store that was to keep its old blocks has kept none, it is what
 * it was before the run, too. The kernel has that store on disk before it lets a block of the base be written.
 * @param label of a store that keeps nothing
 */
export function withUnwritten(
  below: Under,
  version: BaseVersion | undefined,
  label: StoreLabel | undefined,
): Under {
  if (below === undefined || version === undefined || version.maybe.length === 0) return below;
  return label !== undefined && isSame(label.on, below) ? withVersions(version.maybe, below) : below;
}
