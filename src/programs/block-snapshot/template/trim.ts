import { trim } from '../../../templates/trim.ts';
import { jsonAnswer } from '../../../words/json-answer.ts';
import { progressDisplay } from '../../../words/progress-display.ts';
import { sizeText } from '../../../words/sizes.ts';
import { sweepGoneOn } from '../../../xen/hotplug/sweep.ts';
import { processTerminal, say } from '../../terminal.ts';
import { readArguments } from './arguments.ts';
import { endOnInterrupt } from './interrupt.ts';
import { nameUser } from './name-user.ts';
import { TRIM_USAGE } from './usage.ts';

/** `trim TEMPLATE [--json]`: gives blocks of zeros in the image back to the filesystem. */
export async function runTrim(parameters: readonly string[]): Promise<void> {
  const given = await readArguments(
    TRIM_USAGE,
    'Gives blocks of zeros in the image of a template back to the filesystem that it lies on. No byte changes. The template ' +
      'has to be stopped, and no VM may use it. Fill what is free inside the template with zeros beforehand.',
    {},
    parameters,
  );
  if (given === undefined) return;
  const { files, values } = given;
  const { path } = files.image;
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
