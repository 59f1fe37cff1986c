import { isSame, type StoreLabel, type Version } from './label.ts';

/** What something lies on: versions that are all the same bytes; undefined where it is not known what they are. */
export type Under = readonly Version[] | undefined;

/** Where a store lies in a stack, and how it is. */
export interface Place {
  below: Under;
  /** Whether it is the first layer, which keeps what a run of the base overwrites. */
  first: boolean;
  /** Whether it belongs to the runs of the base alone: no VM writes through it. */
  ownRuns: boolean;
  /** Whether nothing lies on it: a VM may write through it. */
  top: boolean;
  /** Whether it keeps any block. One that does not has no past. */
  keeps: boolean;
  /** When its file was last changed, in nanoseconds since 1970. */
  changed: bigint;
  /** Whether the base is being written. */
  written: boolean;
  /** The inode of the base. */
  base: bigint;
}

/** Whether a store may lie where it is given. One without a label is taken as it is. */
export function fits(label: StoreLabel | undefined, { below, keeps }: Place): boolean {
  return (
    !keeps || label === undefined || label.on.length === 0 || below === undefined || isSame(label.on, below)
  );
}

/**
 * The label that a store has where it lies: it fits there, or is to be taken for what it is given as.
 * @param fresh gives a version that nothing else has
 */
export function boundLabel(former: StoreLabel | undefined, place: Place, fresh: () => Version): StoreLabel {
  const { below, keeps, base } = place;
  const label: StoreLabel = keeps
    ? {
        gives: former?.gives,
        on: former !== undefined && former.on.length > 0 && fits(former, place) ? former.on : (below ?? []),
        base,
        at: former?.at,
      }
    : { gives: begunGives(former, place, fresh), on: below ?? [], base, at: undefined };
  return place.top ? withTime(label, place) : givingLabel(label, place, fresh);
}

/** What is seen through a store that keeps nothing is what is under it; in the middle of a run that is nothing that comes again. */
function begunGives(
  former: StoreLabel | undefined,
  { below, first, written }: Place,
  fresh: () => Version,
): Version {
  if (first && written) return fresh();
  return below?.[0] ?? former?.gives ?? fresh();
}

/** The label of a store on which something lies: it says what that is. */
export function givingLabel(label: StoreLabel, place: Place, fresh: () => Version): StoreLabel {
  const isKnown =
    label.gives !== undefined && (!place.keeps || label.at === undefined || label.at === place.changed);
  if (isKnown) return withTime(label, place);
  return { ...label, gives: fresh(), at: label.at === undefined && place.first ? undefined : place.changed };
}

/** From when on a VM may write through it, what it gives counts only for as long as it is not changed. */
function withTime(label: StoreLabel, { first, ownRuns, top, keeps, changed }: Place): StoreLabel {
  return label.at === undefined && !ownRuns && !(first && !top)
    ? { ...label, at: keeps ? changed : 0n }
    : label;
}

/** Whether two labels say the same. */
export function isSameLabel(one: StoreLabel, other: StoreLabel): boolean {
  return (
    one.gives === other.gives &&
    one.base === other.base &&
    one.at === other.at &&
    one.on.join() === other.on.join()
  );
}
