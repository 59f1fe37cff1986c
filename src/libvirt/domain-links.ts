import { LOCK_FOLDER, LOCK_FOLDER_MODE } from '../devices/kernel/lock-file.ts';
import { host } from '../host/host.ts';
import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { printable } from '../words/printable.ts';
import { Refusal } from '../words/refusal.ts';

/** NAME_MAX of linux/limits.h. */
const LONGEST_NAME = 255;

/** Bytes that stand for themselves in a folder's name. No lock is called so: those have a colon in their name. */
const PLAIN = /^[A-Za-z0-9_.~+@,-]$/;

/**
 * The stable path of a domain's disk, /run/block-snapshot/DOMAIN/TARGET: what stands in the domain's XML, whichever
 * device it leads to. Of the domain's name, bytes that are not plain are written as %XX, and so is a dot at its start.
 * @throws Refusal when the name is too long for a folder's
 */
export function linkPath(guest: string, target: string): string {
  return `${linkFolder(guest)}/${target}`;
}

function linkFolder(guest: string): string {
  const name = folderName(guest);
  if (name === '' || name.length > LONGEST_NAME)
    throw new Refusal(
      `the domain's name ${printable(guest)} is ${name === '' ? 'empty' : 'too long for a folder below /run/block-snapshot'}: rename it`,
    );
  return `${LOCK_FOLDER}/${name}`;
}

function folderName(guest: string): string {
  let name = '';
  for (const byte of host.bytesOf(guest)) {
    const character = String.fromCharCode(byte);
    const plain = PLAIN.test(character) && !(name === '' && character === '.');
    name += plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return name;
}

/** The name of the domain whose links are in a folder; undefined for a folder, or a lock, that is no domain's. */
export function guestOfFolder(folder: string): string | undefined {
  const bytes = folder.replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const guest = host.textOf(Uint8Array.from(bytes, byte => byte.charCodeAt(0)));
  return folder !== '' && folderName(guest) === folder ? guest : undefined;
}

/** A link of a domain's disk. */
export interface DomainLink {
  guest: string;
  target: string;
  /** What it leads to: /dev/mapper/… */
  node: string;
}

/** The links of all domains; what goes in this moment is not among them. */
export function readDomainLinks(): DomainLink[] {
  return namesIn(LOCK_FOLDER).flatMap(name => {
    const guest = guestOfFolder(name);
    if (guest === undefined) return [];
    const folder = `${LOCK_FOLDER}/${name}`;
    return namesIn(folder).flatMap(target => {
      // EINVAL: somebody's file among the links.
      const node = ignoring(['EINVAL', 'ENOTDIR'], () => addon().readLink(`${folder}/${target}`));
      return node ? [{ guest, target, node }] : [];
    });
  });
}

function namesIn(folder: string): string[] {
  return ignoring(['ENOENT', 'ENOTDIR'], () => addon().listFolder(folder)) ?? [];
}

/**
 * Makes the link of a disk, or leads it to another device.
 * @throws Refusal when it cannot be made
 */
export function makeDomainLink(guest: string, target: string, node: string): void {
  const folder = linkFolder(guest);
  const path = `${folder}/${target}`;
  try {
    for (const step of [LOCK_FOLDER, folder]) {
      addon().makeFolder(step, LOCK_FOLDER_MODE);
      // Whatever umask it was made with, by whoever made it.
      addon().setFolderMode(step, LOCK_FOLDER_MODE);
    }
    addon().makeLink(node, path);
  } catch (error) {
    if (isSystemError(error))
      throw new Refusal(
        `cannot make the link ${path} (${error.code}): see who has put what into ${LOCK_FOLDER}`,
      );
    throw error;
  }
}

/** Removes the link of a disk, where there is one. */
export function removeDomainLink(guest: string, target: string): void {
  const path = linkPath(guest, target);
  ignoring(['ENOENT', 'ENOTDIR'], () => addon().removeFile(path));
}

/** Removes the folder of a domain's links when none is in it any more. */
export function removeLinkFolder(guest: string): void {
  const path = linkFolder(guest);
  ignoring(['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'], () => addon().removeFolder(path));
}

function ignoring<Result>(codes: string[], action: () => Result): Result | undefined {
  try {
    return action();
  } catch (error) {
    if (!isSystemError(error, ...codes)) throw error;
    return undefined;
  }
}
