import { host } from '../../host/host.ts';
import { Refusal } from '../../words/refusal.ts';

/** The package of the larger program, for distributions that have several. */
const PACKAGE = 'block-snapshot-tools';

/**
 * Leaves a command to the larger program, which this process becomes.
 * @throws Refusal where it cannot be run
 */
export function handOver(command: string): void {
  const failure = host.handOver?.();
  if (failure === undefined) throw new Error('this program has no larger one');
  const { path, code } = failure;
  throw new Refusal(
    code === 'ENOENT'
      ? `${command} needs ${path}, which is not there: install ${PACKAGE}`
      : `${command} cannot be run by ${path} (${code}): see ls -l ${path}, or install ${PACKAGE} again`,
  );
}
