import type { TemplateKind } from '../../../templates/convert/conversion.ts';
import { type Converted, convert, plannedConversion } from '../../../templates/convert/convert.ts';
import { jsonAnswer } from '../../../words/json-answer.ts';
import { printable } from '../../../words/printable.ts';
import { progressDisplay } from '../../../words/progress-display.ts';
import { usageError } from '../../../words/refusal.ts';
import { sweepGoneClones, sweepGoneOn } from '../../../xen/hotplug/sweep.ts';
import { processTerminal, say } from '../../terminal.ts';
import { readArguments } from './arguments.ts';
import { CONVERT } from './convert-usage.ts';
import { endOnInterrupt } from './interrupt.ts';
import { nameUser } from './name-user.ts';
import { sayPlan } from './say-plan.ts';

/** `convert TEMPLATE snapshot|reflink [--json]`: makes a template one of the other kind. */
export async function runConvert(parameters: readonly string[]): Promise<void> {
  const { files, values } = await readArguments(CONVERT, parameters);
  const kind = readKind(String(values._[1] ?? ''));
  if (values['dry-run'])
    return sayPlan(files.image, await plannedConversion(files, kind, nameUser), values.json);
  sweepGoneOn(files.image);
  sweepGoneClones();
  const progress = progressDisplay('converted');
  const finished = endOnInterrupt(
    progress,
    `${files.image.path} is whole, of one kind or the other, and the same command goes on`,
  );
  const converted = await convert(files, kind, nameUser, progress);
  finished();
  const terminal = processTerminal();
  if (values.json) terminal.print(convertedJson(converted));
  else say(terminal, convertedText(converted));
}

/** @throws Refusal */
function readKind(text: string): TemplateKind {
  if (text === 'snapshot' || text === 'reflink') return text;
  throw usageError(`${printable(text)} is neither snapshot nor reflink: usage: ${CONVERT.usage}`);
}

function convertedText({ image, kind, reason, revisions }: Converted): string {
  if (reason !== undefined) return `${image}: nothing to convert: ${reason}`;
  const count = revisions.length;
  const kept =
    count === 0
      ? 'it has no revisions'
      : `its ${count} revision${count === 1 ? '' : 's'} can be gone back to`;
  return `${image}: is a template of ${kind === 'reflink' ? 'clones' : 'snapshots'} now; ${kept}`;
}

function convertedJson({ image, kind, reason, revisions }: Converted): string {
  return jsonAnswer({ template: image, kind, converted: reason === undefined, reason, revisions });
}
