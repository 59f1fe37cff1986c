import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { warn } from '../../words/complaint.ts';
import { Refusal } from '../../words/refusal.ts';
import { boundLabel, fits, givingLabel, isSameLabel, type Place, type Under } from '../plan/bound-store.ts';
import { isOfStorage } from '../plan/disk-key.ts';
import { isSame, type StoreLabel, type Version, withVersions } from '../plan/label.ts';
import { isOfOwnRuns } from '../plan/own-cow.ts';
import type { Layer } from '../plan/stack-plan.ts';
import { anotherVersion } from './another-version.ts';
import { type BaseVersion, closeBaseVersion, newVersion, openBaseVersion } from './base-version.ts';
import type { CheckedCow } from './cow-backing.ts';
import { waitUntilPast } from './file-clock.ts';
import type { Image } from './images.ts';
import { type OpenFile, readStoreLabel, writeStoreLabel } from './label-file.ts';
import { forLiveStores, withBaseFile } from './live-stores.ts';
import { namedVersion, warnOfMoment } from './named-base.ts';
import { openImage, withDescriptor } from './open-descriptor.ts';
import { keepsBlocks } from './store-contents.ts';
import { versionOfBase, withUnwritten } from './unwritten.ts';

/** A stack of which something is about to be made. */
export interface Binding {
  base: Image;
  /** The topmost layer that is there already. */
  live: Layer<Image> | undefined;
  /** What is made on it, in order. */
  toMake: readonly { layer: Layer<Image>; cow: CheckedCow }[];
  /** Whether an origin writes to the base already. */
  written: boolean;
  /** Whether an origin or a merge is going to. */
  opens: boolean;
  /** Whether it is a merge. */
  merge: boolean;
  /** Whether the topmost layer is going to be somebody's disk. */
  handedOut: boolean;
  /** Whether stores are to be taken for what they are given as. */
  force: boolean;
  /** Whether nothing is going to be made: what a layer that is there gives is not noted either. */
  looksOnly?: boolean;
}

/** Stores that were found to fit. */
export interface BoundStores {
  /** Notes on the store of a layer, by its place in `toMake`, what it lies on; before anything is made of it. */
  note(index: number): void;
  /** Notes on the base how it is, or that it is going to be written; before the origin or the merge is made. */
  noteBase(): void;
}

/** The label that a store gets. */
interface Bound {
  file: OpenFile;
  former: StoreLabel | undefined;
  label: StoreLabel;
  place: Place;
}

/**
 * Proves that every store that is attached was begun on what it is going to lie on. A store that keeps nothing has no past.
 * The caller holds the locks of all.
 * @throws Refusal or StaleCow, with nothing noted
 */
export function bindStores(binding: Binding): BoundStores {
  const { base, live, opens, written } = binding;
  const version = live === undefined || opens ? baseVersion(base, written) : undefined;
  const under = live === undefined ? version?.is : givenByLive(binding, live, version);
  const becomes =
    opens && !written && version !== undefined && !isOfStorage(base.device) ? newVersion() : undefined;
  const bound = bindAll(binding, under, version, becomes);
  if (isOfStorage(base.device))
    warnOfMoment(
      base,
      bound.flatMap(store => store?.file ?? []),
    );
  return {
    note: index => {
      const store = bound[index];
      if (store !== undefined) noteStore(store, version, becomes !== undefined);
    },
    noteBase: () => {
      if (version === undefined) return;
      if (becomes !== undefined) beginRun(base, version, becomes);
      else if (version.unended) endUnended(base, bound[0]?.place);
    },
  };
}

/** @param becomes what the base is going to be, where it is about to be written */
function bindAll(
  { base, toMake, handedOut, written, merge, force }: Binding,
  under: Under,
  version: BaseVersion | undefined,
  becomes: Version | undefined,
): (Bound | undefined)[] {
  let below = under;
  return toMake.map(({ layer, cow: { descriptor, image } }, index) => {
    if (image.device !== undefined) {
      below = undefined;
      return undefined;
    }
    const file = { descriptor, path: image.path };
    const former = readStoreLabel(file);
    const { first } = layer;
    const keeps = keepsBlocks(descriptor) || (merge && isMerged(former, below, version));
    if (first && !keeps) below = withUnwritten(below, version, former);
    const place: Place = {
      below,
      first,
      ownRuns: isOfOwnRuns(base.path, image.path),
      top: handedOut && index === toMake.length - 1,
      keeps,
      changed: addon().descriptorStatus(descriptor).changed,
      written,
      base: version?.inode ?? former?.base ?? 0n,
    };
    if (former !== undefined && !force && !fits(former, place))
      throw anotherVersion({ base, layer, label: former, version });
    const label = boundLabel(former, place, newVersion);
    if (first && becomes !== undefined) label.on = withVersions(label.on, [becomes]);
    below = label.gives && [label.gives];
    return { file, former, label, place };
  });
}

/** Whether a merge that was ended before that could be noted has come to its end: the base is what the store gave. */
function isMerged(former: StoreLabel | undefined, below: Under, version: BaseVersion | undefined): boolean {
  return former !== undefined && version?.unended !== undefined && isSame(former.on, below ?? []);
}

/** @param durable whether what it says has to be on disk before the base is written */
function noteStore(
  { file, former, label, place }: Bound,
  version: BaseVersion | undefined,
  durable: boolean,
): void {
  if (former === undefined || !isSameLabel(former, label)) {
    if (place.first && version !== undefined) waitUntilPast(version.changed);
    writeStoreLabel(file, withChange(file, label, place));
  }
  if (durable) addon().syncFile(file.descriptor);
}

/** A store may have been made larger since it was looked at, which changes nothing of what it gives. */
function withChange(file: OpenFile, label: StoreLabel, { changed }: Place): StoreLabel {
  if (label.at !== changed) return label;
  const at = addon().descriptorStatus(file.descriptor).changed;
  waitUntilPast(at);
  return { ...label, at };
}

function beginRun(base: Image, version: BaseVersion, becomes: Version): void {
  forLiveStores(base.key, store => joinRun(store, version, becomes));
  withBaseFile(base, file => openBaseVersion(file, version, [becomes]));
}

/** A store that is there when the base begins to be written keeps what that loses, and gives the same on what it becomes. */
function joinRun(store: OpenFile, version: BaseVersion, becomes: Version): void {
  const label = readStoreLabel(store);
  if (label?.on.includes(becomes)) return;
  writeStoreLabel(store, {
    gives: label?.gives ?? newVersion(),
    on: withVersions(label?.on ?? version.is ?? [], [becomes]),
    base: version.inode,
    at: label?.at,
  });
  addon().syncFile(store.descriptor);
}

/** The end of what was killed, or of what a power cut has ended, is noted now: what changes the image later is none of it. */
function endUnended(base: Image, first: Place | undefined): void {
  try {
    withBaseFile(base, file => closeBaseVersion(file, first?.first ? first.below : undefined));
  } catch (error) {
    if (!(error instanceof Refusal) && !isSystemError(error)) throw error;
    warn(`how the last run has left ${base.path} could not be noted: ${error.message}`);
  }
}

/** What is seen through a layer that is there already, and may have been made by a program that knew no labels. */
function givenByLive(
  { base, written, looksOnly }: Binding,
  { cow, first }: Layer<Image>,
  version: BaseVersion | undefined,
): Under {
  if (cow.device !== undefined) return undefined;
  return withDescriptor(openImage(cow, 'read'), descriptor => {
    const file = { descriptor, path: cow.path };
    const former = readStoreLabel(file);
    const known = version ?? (former === undefined && first ? baseVersion(base, written) : undefined);
    const place: Place = {
      below: first ? known?.is : undefined,
      first,
      ownRuns: isOfOwnRuns(base.path, cow.path),
      top: false,
      keeps: former?.at === undefined || keepsBlocks(descriptor),
      changed: addon().descriptorStatus(descriptor).changed,
      written,
      base: known?.inode ?? former?.base ?? 0n,
    };
    const label =
      former === undefined
        ? boundLabel(undefined, place, newVersion)
        : givingLabel(former, place, newVersion);
    if (looksOnly !== true && (former === undefined || !isSameLabel(former, label)))
      writeStoreLabel(file, withChange(file, label, place));
    return label.gives && [label.gives];
  });
}

function baseVersion(base: Image, written: boolean): BaseVersion | undefined {
  if (isOfStorage(base.device)) return namedVersion(base);
  return versionOfBase(base, written);
}
