import { CONFIGURATION_FILE, readConfiguration } from '../devices/configuration.ts';
import { LOCK_FOLDER } from '../devices/kernel/lock-file.ts';
import { addon } from '../native/addon.ts';
import { Refusal } from '../words/refusal.ts';
import { type Finding, foundOnly } from './finding.ts';
import type { Kind } from './kinds.ts';
import { said, words } from './said.ts';

/** Whether others than root can remove locks. */
export function lockFolderFindings(): Finding[] {
  return openFinding('open-locks', LOCK_FOLDER, '711');
}

/** A file or folder that others than root can write, where it is there. @param mode that it is given, as chmod has it */
export function openFinding(kind: Kind, place: string, mode: string): Finding[] {
  const status = addon().fileStatus(place);
  if (status === null || (status.user === 0 && (status.mode & 0o022) === 0)) return [];
  return [
    {
      kind,
      found: said`${place} is of user ${status.user}, with mode ${status.mode.toString(8)}`,
      mend: [
        ['chown', 'root', place],
        ['chmod', mode, place],
      ],
      safe: true,
    },
  ];
}

/** What keeps the configuration from being used. */
export function configurationFindings(): Finding[] {
  const open = openFinding('open-configuration', CONFIGURATION_FILE, 'go-w');
  if (open.length > 0) return open;
  try {
    readConfiguration(CONFIGURATION_FILE);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [foundOnly('wrong-configuration', said`${words(error.message)}`)];
  }
}
