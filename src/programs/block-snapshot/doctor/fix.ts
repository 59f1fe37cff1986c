import type { Finding } from '../../../doctor/finding.ts';
import { runMending } from '../../../doctor/mend.ts';
import { commandText } from '../../../doctor/text.ts';
import { verbatim } from '../../../doctor/veil.ts';
import { complain } from '../../../words/complaint.ts';
import { Refusal } from '../../../words/refusal.ts';
import { confirmed } from '../template/confirm.ts';
import { DOCTOR } from './usage.ts';

/**
 * Mends what can be mended, saying each command on standard error before it is run: what loses nothing at once, the rest
 * when a person at the terminal says yes.
 * @returns whether any command was run
 */
export async function fixFindings(findings: readonly Finding[], own: string): Promise<boolean> {
  const mendable = findings.filter(({ mend }) => mend.length > 0);
  let ran = false;
  for (const finding of mendable) {
    if (!finding.safe && (!process.stdin.isTTY || !(await wanted(finding)))) continue;
    ran = true;
    await fix(finding, own);
  }
  const unasked = process.stdin.isTTY ? 0 : mendable.filter(({ safe }) => !safe).length;
  if (unasked > 0)
    complain(
      `${unasked} of these need a yes, and there is no terminal to ask on: call it on one, or run the commands yourself`,
    );
  return ran;
}

async function wanted(finding: Finding): Promise<boolean> {
  const { kind, found } = finding;
  return confirmed(`${kind}: ${verbatim().text(found)}: ${commandsText(finding)}. Go on?`, DOCTOR.usage);
}

/** One that cannot be mended does not keep the next from being. */
async function fix(finding: Finding, own: string): Promise<void> {
  complain(`${finding.kind}: ${commandsText(finding)}`);
  try {
    await runMending(finding.mend, own);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    complain(`${finding.kind}: ${error.message}`);
  }
}

function commandsText({ mend }: Finding): string {
  return mend.map(command => commandText(command, verbatim())).join(' && ');
}
