import { type Deduped, type DedupeOptions, dedupe, plannedDedupe } from '../../../templates/dedupe/dedupe.ts';
import { templateFiles } from '../../../templates/template-files.ts';
import { warn } from '../../../words/complaint.ts';
import { jsonAnswer } from '../../../words/json-answer.ts';
import { printable } from '../../../words/printable.ts';
import { progressDisplay } from '../../../words/progress-display.ts';
import { usageError } from '../../../words/refusal.ts';
import { sizeText } from '../../../words/sizes.ts';
import { sweepGoneOn } from '../../../xen/hotplug/sweep.ts';
import { commandArguments } from '../../command-arguments.ts';
import { processTerminal, say } from '../../terminal.ts';
import { DEDUPE } from './family-usage.ts';
import { endOnInterrupt } from './interrupt.ts';
import { nameUser } from './name-user.ts';

/** `dedupe TEMPLATE TEMPLATE… [--rate BYTES] [--json]`: has templates share the blocks that they have in common. */
export async function runDedupe(parameters: readonly string[]): Promise<void> {
  const values = await commandArguments(DEDUPE, parameters);
  const files = values._.map(template => templateFiles(String(template)));
  const rate = values.rate === undefined ? Number.POSITIVE_INFINITY : readRate(values.rate);
  const progress = progressDisplay('compared');
  const finished = endOnInterrupt(
    progress,
    'what is shared stays shared, no byte has changed, and the same command goes on',
  );
  for (const { image } of files) sweepGoneOn(image);
  const options: DedupeOptions = {
    rate,
    nameUser,
    progress,
    leaveOut: ({ reason }) => warn(`left out: ${reason}`),
  };
  const terminal = processTerminal();
  if (values['dry-run']) {
    const plan = (await plannedDedupe(files, options)).map(
      ({ source, destination, bytes }) =>
        `share: ${bytes} bytes of ${destination} are in ${source}, too (${sizeText(bytes)})`,
    );
    finished();
    if (values.json) terminal.print(jsonAnswer({ templates: files.map(({ image }) => image.path), plan }));
    else for (const line of plan) say(terminal, line);
    return;
  }
  const deduped = await dedupe(files, options);
  finished();
  if (values.json) terminal.print(dedupedJson(deduped));
  else
    say(
      terminal,
      `${deduped.images.length} templates: ${sizeText(deduped.shared)} that they had twice ` +
        `${deduped.shared === 0 ? 'were found' : 'are shared now'}, ${sizeText(deduped.freed)} given back`,
    );
}

function dedupedJson({ images, shared, freed, leftOut }: Deduped): string {
  return jsonAnswer({
    templates: images,
    shared,
    freed,
    leftOut: leftOut.map(({ template, reason }) => ({ template: template.image.path, reason })),
  });
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** Bytes in a second. */
function readRate(text: string): number {
  const [, number = '', unit = ''] = /^([1-9]\d{0,11})([KMG]?)$/.exec(text) ?? [];
  if (number === '')
    throw usageError(
      `--rate ${printable(text)} is no number of bytes, as 50M or 1048576 are: usage: ${DEDUPE.usage}`,
    );
  return Number(number) * (UNITS[unit] ?? 1);
}
