import { namesIfThere } from '../devices/kernel/if-there.ts';
import { type Image, requireImage } from '../devices/kernel/images.ts';
import { dropStoreLabel, moveStore } from '../devices/kernel/label-file.ts';
import { openImage, withDescriptor } from '../devices/kernel/open-descriptor.ts';
import { keptBytes, readStoreHeader } from '../devices/kernel/store-contents.ts';
import { isHalfReverted } from '../devices/operations.ts';
import { folderOf } from '../devices/plan/folder-of.ts';
import { type ImageKey, imageKey } from '../devices/plan/image-key.ts';
import { revisionOf, revisionPath } from '../devices/plan/own-cow.ts';
import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { warn } from '../words/complaint.ts';
import { findTemplate, type TemplateFiles } from './template-files.ts';
import { withTemplateLock } from './template-lock.ts';

/**
 * The attribute of a finished run's cow that says when the run was committed, in milliseconds since 1970. The file's own
 * time does not: VMs that still run on it keep the blocks of later runs in it too.
 */
const ENDED_ATTRIBUTE = 'trusted.block-snapshot.ended';

/** The last moment that a date can be of (ECMA-262, 21.4.1.1). */
const LATEST = 8.64e15;

/** A name that a finished run's cow has. */
export interface RevisionName {
  path: string;
  key: ImageKey;
}

/** A finished run of a template that can be undone. */
export interface Revision {
  /** 1 is the last finished run. */
  number: number;
  /** Where its undo is kept. */
  path: string;
  /** When it was committed, in milliseconds since 1970. */
  ended: number;
  /** Bytes that going back over it writes; 0 where its store is not valid. */
  changed: number;
  /** Bytes that its undo takes on the filesystem. */
  allocated: number;
  state: 'valid' | 'overflowed' | 'not a store';
}

/**
 * The names of the finished runs' cows, the last run's first. A name that a killed commit has given twice counts once, and
 * one of the present run's cow not at all.
 */
export function revisionNames(cow: string): RevisionName[] {
  const seen = new Set<ImageKey | undefined>([keyOf(cow)]);
  const names: RevisionName[] = [];
  for (const path of revisionPaths(cow)) {
    const key = keyOf(path);
    if (key === undefined || seen.has(key)) continue;
    seen.add(key);
    names.push({ path, key });
  }
  return names;
}

/** The finished runs of a template, the last one first. */
export function listRevisions(cow: string): Revision[] {
  return revisionNames(cow).map(({ path }, index) => {
    const image = requireImage({ role: 'cow', path });
    return { number: index + 1, path, ended: endOf(path), ...contentsOf(image) };
  });
}

/**
 * What there is to go back to, and whether a revert is under way.
 * @throws Refusal when the template is not there
 */
export function revisionsOf(files: TemplateFiles): { revisions: Revision[]; reverting: boolean } {
  const { path } = files.cow;
  return withTemplateLock(findTemplate(files), () => ({
    revisions: listRevisions(path),
    reverting: isHalfReverted(path),
  }));
}

/**
 * Notes on a run's cow when the run has ended. Where the filesystem keeps no attributes, the file's time has to do.
 * @param ended milliseconds since 1970
 */
export function noteEnd(cow: string, ended = Date.now()): void {
  addon().setFileAttribute(cow, ENDED_ATTRIBUTE, String(ended));
}

/**
 * Gives the finished runs' cows the names from the first on, without gaps and each one name. Every step leaves their
 * order as it is, so that it can be ended anywhere. The caller holds the base's lock.
 */
export function settleRevisions(cow: string): RevisionName[] {
  const wanted = revisionNames(cow);
  const paths = new Set(wanted.map(({ path }) => path));
  for (const path of revisionPaths(cow)) if (!paths.has(path)) removeRevision(path);
  return wanted.map(({ path, key }, index) => {
    const settled = revisionPath(cow, index + 1);
    if (settled !== path) moveStore(path, settled);
    return { path: settled, key };
  });
}

/** Removes the cow of a finished run. */
export function removeRevision(path: string): void {
  addon().removeFile(path);
  dropStoreLabel(path);
}

/**
 * Where a template is reached by links to its image and its cow, its revisions get links beside those, under the names
 * that they have: people find there what takes space elsewhere. Links that lead nowhere go.
 */
export function linkRevisions({ cow, linked }: TemplateFiles): void {
  try {
    if (linked !== undefined && isLink(linked)) renewLinks(cow.path, linked);
  } catch (error) {
    // The revisions are what they are all the same.
    if (!isSystemError(error)) throw error;
    warn(`the links to the revisions of ${cow.path} could not be renewed (${error.code}, ${error.argument})`);
  }
}

function renewLinks(cow: string, linked: string): void {
  const names = new Map(revisionNames(cow).map(({ path }) => [linked + path.slice(cow.length), path]));
  for (const path of revisionPaths(linked))
    if (!names.has(path) && isLink(path) && addon().fileStatus(path) === null) addon().removeFile(path);
  for (const [link, path] of names) if (addon().fileStatus(link) === null) addon().makeLink(path, link);
}

function isLink(path: string): boolean {
  try {
    return addon().readLink(path) !== null;
  } catch (error) {
    // It is there, and no link.
    if (isSystemError(error, 'EINVAL')) return false;
    throw error;
  }
}

/** All paths that are called as a revision is, in the order of their numbers. */
export function revisionPaths(cow: string): string[] {
  const folder = folderOf(cow);
  const numbered: { path: string; number: number }[] = [];
  for (const name of namesIfThere(folder)) {
    const path = folder + name;
    const number = revisionOf(cow, path);
    if (number !== undefined) numbered.push({ path, number });
  }
  return numbered.sort((one, other) => one.number - other.number).map(({ path }) => path);
}

function keyOf(path: string): ImageKey | undefined {
  const status = addon().fileStatus(path);
  return status === null ? undefined : imageKey(status.device, status.inode);
}

function endOf(path: string): number {
  const noted = Number(addon().fileAttribute(path, ENDED_ATTRIBUTE) ?? Number.NaN);
  return Number.isSafeInteger(noted) && noted > 0 && noted <= LATEST
    ? noted
    : Math.min(addon().fileStatus(path)?.modified ?? 0, LATEST);
}

function contentsOf(image: Image): Pick<Revision, 'changed' | 'allocated' | 'state'> {
  return withDescriptor(openImage(image, 'read'), descriptor => {
    const header = readStoreHeader(descriptor);
    const { allocated } = addon().descriptorStatus(descriptor);
    if (header.kind === 'foreign') return { changed: 0, allocated, state: 'not a store' };
    if (header.kind === 'store' && !header.valid) return { changed: 0, allocated, state: 'overflowed' };
    return { changed: keptBytes(descriptor, header), allocated, state: 'valid' };
  });
}
