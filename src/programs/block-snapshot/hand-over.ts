import { host } from '../../host/host.ts';
import { Refusal } from '../../words/refusal.ts';
import { inform } from '../answer.ts';
import { HELP } from './run.ts';

/** The package of the larger program, for distributions that have several. */
const PACKAGE = 'block-snapshot-tools';

/**
 * Leaves a command to the larger program, which this process becomes.
 * @throws Refusal where it cannot be run
 */
export async function handOver(command: string, parameters: readonly string[]): Promise<void> {
  const failure = host.handOver?.();
  if (failure === undefined) throw new Error('this program has no larger one');
  const { path, code } = failure;
  if (command === HELP) return inform(await helpWithoutIt(parameters[0] ?? ''));
  throw new Refusal(
    code === 'ENOENT'
      ? `${command} needs ${path}, which is not there: install ${PACKAGE}`
      : `${command} cannot be run by ${path} (${code}): see ls -l ${path}, or install ${PACKAGE} again`,
  );
}

async function helpWithoutIt(topic: string): Promise<string> {
  const { usagesOf } = await import('./short-help.ts');
  return `usage: ${usagesOf(topic).join('\n       ')}\nFor the rest of this help, and what else there is, install ${PACKAGE}.`;
}
