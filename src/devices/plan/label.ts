/**
 * Bytes that a stack gives at one moment have an id. Stores know the versions that they may lie on, and the one that they
 * give, by these: two that have the same id are the same bytes, two that have not may be.
 */
export type Version = string & { readonly kind: 'version' };

/** What a store knows of its past. */
export interface StoreLabel {
  /** What is seen through it; undefined until something has to lie on it. */
  gives: Version | undefined;
  /** What it can lie on, each of which gives the same through it. Empty where that was never known. */
  on: readonly Version[];
  /** The inode of the base under it. */
  base: bigint;
  /**
   * When the store's file was last changed when it gave `gives`, in nanoseconds since 1970, or 0 where it kept nothing: a
   * store that a VM may write through gives that only as long. Undefined for the stores of a template's runs: what comes into them from below
   * changes nothing of what they give.
   */
  at: bigint | undefined;
}

/** What an image knows of itself, once it has been written by a run, a merge or a trim. */
export interface BaseLabel {
  /** What it holds; more than one where a run between them has changed nothing. */
  is: readonly Version[];
  inode: bigint;
  /** Bytes, and nanoseconds since 1970: as it was left, or, while it is written, as it was before. */
  size: number;
  modified: bigint;
  /** While it is written: an id of the boot in which that began, and what the image held before. */
  open: { boot: string; before: readonly Version[] } | undefined;
}

/** The attributes that the labels are kept in. */
export const STORE_LABEL = 'trusted.block-snapshot.store';
export const BASE_LABEL = 'trusted.block-snapshot.base';

/** Versions that a list keeps: the first, and the last ones. */
const MOST_VERSIONS = 6;

/** A list of versions with more at its end: those in its middle go where it grows too long. */
export function withVersions(list: readonly Version[], more: readonly Version[]): Version[] {
  const all = [...new Set([...list, ...more])];
  const [first] = all;
  return first === undefined || all.length <= MOST_VERSIONS ? all : [first, ...all.slice(1 - MOST_VERSIONS)];
}

/** Whether two lists have a version in common. */
export function isSame(one: readonly Version[], other: readonly Version[]): boolean {
  return one.some(version => other.includes(version));
}

/** An id that nothing else has. @param uuid as /proc/sys/kernel/random/uuid gives one */
export function randomVersion(uuid: string): Version {
  return uuid.replaceAll('-', '').slice(0, VERSION_DIGITS) as Version;
}

/** The version of an image that nothing of ours has written since it was last changed: the same each time it is asked for. */
export function contentVersion(inode: bigint, size: number, modified: bigint): Version {
  return textVersion(`${inode} ${size} ${modified}`);
}

/** The version of what a text says all of that is known. */
export function textVersion(text: string): Version {
  // FNV-1a, 64 bits: nobody gains by two images that have the same.
  let hash = 0xcbf29ce484222325n;
  for (const character of text)
    hash = BigInt.asUintN(64, (hash ^ BigInt(character.charCodeAt(0))) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0').slice(0, VERSION_DIGITS) as Version;
}

const VERSION_DIGITS = 12;
const LIST = `(-|[0-9a-f]{${VERSION_DIGITS}}(?:,[0-9a-f]{${VERSION_DIGITS}})*)`;
const NUMBER = '(\\d{1,20})';

const STORE = new RegExp(`^1 (=|${LIST}) ${LIST} ${NUMBER} (-|\\d{1,20}) \\.$`);
const BASE = new RegExp(
  `^1 is=${LIST} inode=${NUMBER} size=${NUMBER} modified=${NUMBER} open=(-|[0-9a-f]{8}) before=${LIST} \\.$`,
);

/**
 * As short as it can be: where an attribute does not fit into its inode, ext4 gives the file a block for it, and qubesd takes
 * a template's cow for written when it has more blocks than an empty one. "=" is the first version that it lies on.
 */
export function printStoreLabel({ gives, on, base, at }: StoreLabel): string {
  const given = gives !== undefined && gives === on[0] ? '=' : (gives ?? '-');
  return `1 ${given} ${printList(on)} ${base} ${at ?? '-'} .`;
}

/** Undefined for what is none, or only the beginning of one. */
export function parseStoreLabel(text: string): StoreLabel | undefined {
  const [, gives = '', , lain = '', base = '', at = ''] = STORE.exec(text.trimEnd()) ?? [];
  const on = parseList(lain);
  const given = gives === '=' ? on.slice(0, 1) : parseList(gives);
  if (base === '' || given.length > 1 || (gives === '=' && given.length === 0)) return undefined;
  return { gives: given[0], on, base: BigInt(base), at: at === '-' ? undefined : BigInt(at) };
}

export function printBaseLabel({ is, inode, size, modified, open }: BaseLabel): string {
  return (
    `1 is=${printList(is)} inode=${inode} size=${size} modified=${modified} ` +
    `open=${open?.boot ?? '-'} before=${printList(open?.before ?? [])} .`
  );
}

/** Undefined for what is none, or only the beginning of one. */
export function parseBaseLabel(text: string): BaseLabel | undefined {
  const [, is = '', inode = '', size = '', modified = '', boot = '', before = ''] =
    BASE.exec(text.trimEnd()) ?? [];
  if (inode === '') return undefined;
  return {
    is: parseList(is),
    inode: BigInt(inode),
    size: Number(size),
    modified: BigInt(modified),
    open: boot === '-' ? undefined : { boot, before: parseList(before) },
  };
}

function printList(versions: readonly Version[]): string {
  return versions.join(',') || '-';
}

function parseList(text: string): Version[] {
  return text === '-' ? [] : (text.split(',') as Version[]);
}
