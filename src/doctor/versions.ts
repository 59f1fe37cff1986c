import { addon } from '../native/addon.ts';
import { type Finding, foundOnly } from './finding.ts';
import { askProcess } from './other-process.ts';
import { said } from './said.ts';

/** Milliseconds; it takes two. */
const PATIENCE = 5000;

/**
 * Whether the small program that is installed is of the same version as the large one that runs.
 * @throws Refusal when it cannot be run
 */
export async function versionFindings(folder: string, version: string): Promise<Finding[]> {
  const program = `${folder}/block-snapshot`;
  // Another check says that it cannot be run.
  const status = addon().fileStatus(program);
  if (status === null || (status.mode & 0o111) !== 0o111) return [];
  const answer = await askProcess(program, ['--version'], PATIENCE);
  const printed = answer === 'silent' ? '' : answer.printed;
  const [, other] = /^block-snapshot (\S+)/.exec(printed) ?? [];
  if (other === version) return [];
  return [foundOnly('two-versions', said`${program} is ${other ?? 'of no version'}, this one ${version}`)];
}
