import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import {
  DERIVED_BESIDE,
  DERIVED_LABEL,
  type DerivedLabel,
  parseDerivedLabel,
  printDerivedLabel,
} from '../plan/derived-label.ts';
import { removeIfThere, statusIfThere } from './if-there.ts';
import { openPath } from './open-descriptor.ts';
import { makeWholeFile } from './whole-file.ts';

/** Bytes of the longest text that is kept in an attribute; a character has three at most. */
const LONGEST = 1000;

/**
 * What an image was derived from; undefined where that is not known, or cannot be read: nothing depends on it.
 * @param path of the image itself
 */
export function readDerivedLabel(path: string): DerivedLabel | undefined {
  try {
    const text = addon().fileAttribute(path, DERIVED_LABEL) ?? textBeside(path);
    return text === undefined ? undefined : parseDerivedLabel(text);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

function textBeside(path: string): string | undefined {
  const beside = path + DERIVED_BESIDE;
  return statusIfThere(beside)?.kind === 'file' ? (addon().readText(beside) ?? undefined) : undefined;
}

/**
 * Notes on an image that has no name yet what it was derived from; before it gets its name, so that it is never without.
 * @param path that it is going to have
 * @throws SystemError
 */
export function writeDerivedLabel(descriptor: number, path: string, label: DerivedLabel): void {
  const text = printDerivedLabel(label);
  const beside = path + DERIVED_BESIDE;
  // What lies there was another image's.
  removeIfThere(beside);
  const fits = text.length * 3 <= LONGEST;
  if (fits && addon().setFileAttribute(openPath(descriptor), DERIVED_LABEL, text)) return;
  makeWholeFile(beside, 0o644, file => addon().writeText(file, `${text}\n`));
}

/** Takes the note beside an image away that did not get its name. */
export function dropDerivedLabel(path: string): void {
  removeIfThere(path + DERIVED_BESIDE);
}
