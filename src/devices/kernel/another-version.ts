import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import { isOfStorage } from '../plan/disk-key.ts';
import { isSame, type StoreLabel, type Version } from '../plan/label.ts';
import { ownCow, revisionPath } from '../plan/own-cow.ts';
import type { Layer } from '../plan/stack-plan.ts';
import type { BaseVersion } from './base-version.ts';
import { type Image, realPathOf } from './images.ts';
import { readStoreLabel } from './label-file.ts';
import { openToRead, withDescriptor } from './open-descriptor.ts';
import { canBePutAside, StaleCow } from './stale-cow.ts';
import { versionOfBase } from './unwritten.ts';

/** A store that keeps blocks, on something else than it was begun on. */
export interface Misplaced {
  base: Image;
  layer: Layer<Image>;
  label: StoreLabel;
  /** Of the base, where the store lies on that. */
  version: BaseVersion | undefined;
}

/** Why a store is not used where it was given, and what can be done instead. */
export function anotherVersion({ base, layer, label, version }: Misplaced): Error {
  const { cow, first } = layer;
  const isOther = first && version !== undefined && isAnotherFile(label, version);
  if (isOther && canBePutAside(base, layer)) return new StaleCow(cow);
  const subject = first
    ? isOfStorage(base.device)
      ? `base ${base.path} has another name, or another size, than the one that cow ${cow.path} was begun on`
      : isOther
        ? `base ${base.path} is another image than cow ${cow.path} was begun on`
        : `base ${base.path} has been changed since cow ${cow.path} was begun on it`
    : `cow ${cow.path} was begun on another version of what is under it`;
  const undo = undosThatServe(base, label);
  const ways = [
    ...(undo.length > 0
      ? [`give the version that it belongs to, ${[base.path, ...undo, cow.path].join(':')}`]
      : []),
    canBePutAside(base, layer)
      ? `put it aside as the undo of that run (block-snapshot commit ${base.path}), or restore the image that it belongs to`
      : 'give a new cow',
    'or, if you know that it fits, use it all the same (block-snapshot prepare --force)',
  ];
  return new Refusal(`${subject}: together they would be a mixture; ${ways.join('; ')}`);
}

/**
 * Whether a store was begun on another file than is there now. An image that a run has written has a label of its own.
 */
export function isAnotherFile(label: StoreLabel, { inode, label: known }: BaseVersion): boolean {
  return (
    (label.base !== 0n && inode !== 0n && label.base !== inode) ||
    (known === undefined ? label.on.length > 1 : known.inode !== inode)
  );
}

/** Undos, the names of more of them than are ever kept. */
const MOST = 101;

/**
 * The undos of a template's runs that make, one on the other, what a store was begun on, from the base up; none where there
 * is no such version.
 */
function undosThatServe(base: Image, { on }: StoreLabel): string[] {
  const version = versionOfBase(base, false)?.is;
  const cow = ownCow(realPathOf(base));
  if (version === undefined || cow === undefined) return [];
  const undos: string[] = [];
  let below: readonly Version[] = version;
  for (let number = -1; number < MOST; number++) {
    const path = number < 0 ? cow : revisionPath(cow, number + 1);
    if (addon().fileStatus(path)?.kind !== 'file') {
      if (number > 0) break;
      continue;
    }
    const label = withDescriptor(openToRead(path), descriptor => readStoreLabel({ descriptor, path }));
    if (label?.gives === undefined || below.includes(label.gives) || !isSame(label.on, below)) continue;
    // One that was in use since goes alone, too.
    if (on.includes(label.gives) && isSame(label.on, version)) return [path];
    undos.push(path);
    if (on.includes(label.gives)) return undos;
    below = [label.gives];
  }
  return [];
}
