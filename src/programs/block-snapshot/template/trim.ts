import { templateOfClones } from '../../../reflink/template.ts';
import { plannedTrim } from '../../../templates/planned.ts';
import { trim } from '../../../templates/trim.ts';
import { jsonAnswer } from '../../../words/json-answer.ts';
import { progressDisplay } from '../../../words/progress-display.ts';
import { sizeText } from '../../../words/sizes.ts';
import { sweepGoneOn } from '../../../xen/hotplug/sweep.ts';
import { processTerminal, say } from '../../terminal.ts';
import { readArguments } from './arguments.ts';
import { trimOfClones } from './clones.ts';
import { endOnInterrupt } from './interrupt.ts';
import { nameUser } from './name-user.ts';
import { sayPlan } from './say-plan.ts';
import { TRIM } from './usage.ts';

/** `trim TEMPLATE [--json]`: gives blocks of zeros in the image back to the filesystem. */
export async function runTrim(parameters: readonly string[]): Promise<void> {
  const { files, values } = await readArguments(TRIM, parameters);
  const { path } = files.image;
  const clones = templateOfClones(path);
  if (clones !== undefined) return trimOfClones(clones, values);
  if (values['dry-run']) {
    const bytes = await plannedTrim(files, nameUser);
    return sayPlan(
      files.image,
      [`file: ${bytes} bytes of ${path} are given back (${sizeText(bytes)})`],
      values.json,
    );
  }
  const progress = progressDisplay('looked at');
  const finished = endOnInterrupt(
    progress,
    `what was given back of ${path} stays given back, and no byte has changed`,
  );
  sweepGoneOn(files.image);
  const { freed, allocated } = await trim(files, nameUser, progress);
  finished();
  const terminal = processTerminal();
  if (values.json) terminal.print(jsonAnswer({ template: path, freed, allocated }));
  else say(terminal, `${path}: ${sizeText(freed)} given back, it takes ${sizeText(allocated)} now`);
}
