import { host } from '../host/host.ts';
import { Refusal } from '../words/refusal.ts';

/** The package of the larger program, for distributions that have several. */
export const PACKAGE = 'block-snapshot-tools';

/** What was tried where it cannot be run, and the name of the errno. */
export interface Missing {
  path: string;
  code: string;
}

/**
 * Leaves a call to the larger program, which this process becomes.
 * @param name that it is called by; as this one was called where there is none
 * @returns only where that cannot be
 */
export function becomeLarger(name?: string): Missing {
  const missing = host.handOver?.(name);
  if (missing === undefined) throw new Error('this program has no larger one');
  return missing;
}

/** What is said then. */
export function cannotBeRun(command: string, { path, code }: Missing): Refusal {
  return new Refusal(
    code === 'ENOENT'
      ? `${command} needs ${path}, which is not there: install ${PACKAGE}`
      : `${command} cannot be run by ${path} (${code}): see ls -l ${path}, or install ${PACKAGE} again`,
  );
}
