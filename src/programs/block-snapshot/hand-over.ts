import { inform } from '../answer.ts';
import { becomeLarger, cannotBeRun, PACKAGE } from '../larger.ts';
import { HELP } from './run.ts';

/**
 * Leaves a command to the larger program, which this process becomes.
 * @throws Refusal where it cannot be run
 */
export async function handOver(command: string, parameters: readonly string[]): Promise<void> {
  const missing = becomeLarger();
  if (command === HELP) return inform(await helpWithoutIt(parameters[0] ?? ''));
  throw cannotBeRun(command, missing);
}

async function helpWithoutIt(topic: string): Promise<string> {
  const { usagesOf } = await import('./short-help.ts');
  return `usage: ${usagesOf(topic).join('\n       ')}\nFor the rest of this help, and what else there is, install ${PACKAGE}.`;
}
