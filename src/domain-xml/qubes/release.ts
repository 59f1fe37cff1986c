import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import { systemErrorText } from '../../words/system-error-text.ts';

/** The releases of Qubes whose rules are known, the oldest first. */
export const RELEASES = ['4.1', '4.2', '4.3'] as const;

/** The release by whose rules a VM is described; what is newer than the newest counts as that. */
export type Release = (typeof RELEASES)[number];

export const NEWEST_RELEASE: Release = '4.3';

/** Where a dom0 says what it is, as "Qubes release 4.2.3 (R4.2)". */
export const RELEASE_FILE = '/etc/qubes-release';

/** A release by its number as people write it; undefined for one whose rules are not known. */
export function releaseNamed(text: string): Release | undefined {
  return RELEASES.find(release => release === text);
}

export function isAtLeast(release: Release, other: Release): boolean {
  return RELEASES.indexOf(release) >= RELEASES.indexOf(other);
}

/** A release, and what there is to say about how it was found. */
export interface ChosenRelease {
  release: Release;
  warnings: readonly string[];
}

/**
 * The release of this system; the newest, with a warning, where it does not say, or says one that is not known.
 * @throws Refusal for a file that is there and cannot be read
 */
export function systemRelease(file: string = RELEASE_FILE): ChosenRelease {
  const text = readIfThere(file);
  if (text === undefined) return unknown(`there is no ${file}`);
  const number = /\(R(\d+\.\d+)\)/.exec(text)?.[1] ?? /release (\d+\.\d+)/i.exec(text)?.[1];
  if (number === undefined) return unknown(`${file} names none`);
  const release = releaseNamed(number);
  return release === undefined ? unknown(`${file} names R${number}`) : { release, warnings: [] };
}

function unknown(why: string): ChosenRelease {
  const warning = `warning: by which release's rules the VM is to be described is not known (${why}): those of R${NEWEST_RELEASE} are taken; --release names another`;
  return { release: NEWEST_RELEASE, warnings: [warning] };
}

function readIfThere(file: string): string | undefined {
  try {
    return addon().readText(file) ?? undefined;
  } catch (error) {
    throw new Refusal(`${file}: cannot be read: ${systemErrorText(error)}`);
  }
}
