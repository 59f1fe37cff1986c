import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import {
  BASE_LABEL,
  type BaseLabel,
  parseBaseLabel,
  parseStoreLabel,
  printBaseLabel,
  printStoreLabel,
  STORE_LABEL,
  type StoreLabel,
} from '../plan/label.ts';
import { removeIfThere, statusIfThere } from './if-there.ts';
import { openPath, withDescriptor } from './open-descriptor.ts';

// A label is an attribute of its file, so that it goes wherever the file goes, by whoever's hand. On filesystems that keep
// no attributes it is a small file beside, which goes by the name.

const BESIDE = { [STORE_LABEL]: '.store-label', [BASE_LABEL]: '.base-label' } as const;

/** A file that is open, and the path that it was opened by, for messages. */
export interface OpenFile {
  descriptor: number;
  path: string;
}

/** @throws Refusal when there is something that is no label */
export function readStoreLabel(file: OpenFile): StoreLabel | undefined {
  return readLabel(file, STORE_LABEL, parseStoreLabel);
}

export function writeStoreLabel(file: OpenFile, label: StoreLabel): void {
  writeLabel(file, STORE_LABEL, printStoreLabel(label));
}

/** @throws Refusal when there is something that is no label */
export function readBaseLabel(file: OpenFile): BaseLabel | undefined {
  return readLabel(file, BASE_LABEL, parseBaseLabel);
}

export function writeBaseLabel(file: OpenFile, label: BaseLabel): void {
  writeLabel(file, BASE_LABEL, printBaseLabel(label));
}

type Kind = keyof typeof BESIDE;

function readLabel<Label>(
  file: OpenFile,
  kind: Kind,
  parse: (text: string) => Label | undefined,
): Label | undefined {
  const attribute = readAttribute(file, kind);
  const beside = attribute === undefined ? besidePath(file, kind) : undefined;
  const text = beside === undefined ? attribute : readBeside(beside);
  if (text === undefined) return undefined;
  const label = parse(text);
  if (label !== undefined) return label;
  if (beside === undefined) throw noLabel(file, kind);
  throw new Refusal(
    `${beside} is no label: what ${file.path} belongs to is not known; remove it to take that as it is`,
  );
}

function readAttribute(file: OpenFile, kind: Kind): string | undefined {
  try {
    return addon().fileAttribute(openPath(file.descriptor), kind) ?? undefined;
  } catch (error) {
    if (isSystemError(error, 'ERANGE')) throw noLabel(file, kind);
    if (isSystemError(error))
      throw new Refusal(
        `the attribute ${kind} of ${file.path} cannot be read (${error.code}): mend its filesystem first`,
      );
    throw error;
  }
}

function noLabel({ path }: OpenFile, kind: Kind): Refusal {
  return new Refusal(
    `the attribute ${kind} of ${path} is no label: what that belongs to is not known; ` +
      `to take it as it is: setfattr -x ${kind} ${path}`,
  );
}

/** Beside the file itself, by whichever links it was given. */
function besidePath(file: OpenFile, kind: Kind): string {
  return (addon().readLink(openPath(file.descriptor)) ?? file.path) + BESIDE[kind];
}

function readBeside(path: string): string | undefined {
  return statusIfThere(path)?.kind === 'file' ? (addon().readText(path) ?? undefined) : undefined;
}

/** @throws Refusal when it cannot be kept: what it is for would not be known afterwards */
function writeLabel(file: OpenFile, kind: Kind, text: string): void {
  try {
    if (addon().setFileAttribute(openPath(file.descriptor), kind, text)) return;
    if (!canLieBeside(file, kind))
      throw new Refusal(
        `what ${file.path} belongs to could not be noted: its filesystem takes no attribute ${kind}, for want of room or by a quota: ` +
          'make room, and try again',
      );
    writeBeside(besidePath(file, kind), text);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new Refusal(
      `what ${file.path} belongs to could not be noted (${error.code}, ${error.operation} ${error.argument}): mend that first`,
    );
  }
}

/** A file without a name has nothing beside it; and an attribute that stays as it was would be believed. */
function canLieBeside(file: OpenFile, kind: Kind): boolean {
  return addon().descriptorStatus(file.descriptor).links > 0 && readAttribute(file, kind) === undefined;
}

/** In one step, so that it is never seen half. */
function writeBeside(path: string, text: string): void {
  const { writeOnly, create, exclusive } = addon().openFlags;
  const fresh = `${path}.new`;
  // Whatever was left there, or put there: it is none of ours.
  removeIfThere(fresh);
  withDescriptor(addon().openFile(fresh, writeOnly | create | exclusive, 0o600), descriptor => {
    addon().writeText(descriptor, `${text}\n`);
    addon().syncFile(descriptor);
  });
  addon().renameFile(fresh, path);
}

/**
 * Gives the label beside a store that is about to get another name, or a second one, that name too; where the store has
 * its label in itself nothing is there to be done. What lies beside the new name was another store's.
 */
export function copyStoreLabel(from: string, to: string): void {
  const text = readBeside(from + BESIDE[STORE_LABEL]);
  if (text !== undefined) writeBeside(to + BESIDE[STORE_LABEL], text.trimEnd());
  else removeIfThere(to + BESIDE[STORE_LABEL]);
}

/** Gives a store another name, and what lies beside it. */
export function moveStore(from: string, to: string): void {
  copyStoreLabel(from, to);
  addon().renameFile(from, to);
  dropStoreLabel(from);
}

/** Removes the label beside a store that is gone from there. */
export function dropStoreLabel(path: string): void {
  removeIfThere(path + BESIDE[STORE_LABEL]);
}

/** Removes the label beside an image that is gone from there. */
export function dropBaseLabel(path: string): void {
  removeIfThere(path + BESIDE[BASE_LABEL]);
}
