import { type Derived, derive, deriveByCopying, plannedDerive } from '../../../templates/derive/derive.ts';
import type { TemplateFiles } from '../../../templates/template-files.ts';
import { jsonAnswer } from '../../../words/json-answer.ts';
import { progressDisplay } from '../../../words/progress-display.ts';
import { sizeText } from '../../../words/sizes.ts';
import { sweepGoneOn } from '../../../xen/hotplug/sweep.ts';
import { processTerminal, say } from '../../terminal.ts';
import { readArguments } from './arguments.ts';
import { DERIVE } from './family-usage.ts';
import { endOnInterrupt } from './interrupt.ts';
import { nameUser } from './name-user.ts';
import { sayPlan } from './say-plan.ts';

/** `derive TEMPLATE NEW [--copy] [--json]`: a new template that has the bytes of another. */
export async function runDerive(parameters: readonly string[]): Promise<void> {
  const { files, values } = await readArguments(DERIVE, parameters);
  const place = String(values._[1] ?? '');
  sweepGoneOn(files.image);
  if (values['dry-run']) {
    const { image, from, size } = plannedDerive(files, place, nameUser);
    const what = values.copy ? 'a copy' : 'a clone';
    return sayPlan(files.image, [`file: make ${image}, ${what} of ${from}, ${size} bytes`], values.json);
  }
  const derived = values.copy ? await copied(files, place) : derive(files, place, nameUser);
  const terminal = processTerminal();
  if (values.json) terminal.print(derivedJson(derived));
  else say(terminal, `${derived.image}: derived from ${derived.from}, ${sizeText(derived.size)}`);
}

async function copied(files: TemplateFiles, place: string): Promise<Derived> {
  const progress = progressDisplay('copied');
  const finished = endOnInterrupt(progress, `nothing was made of ${files.image.path}`);
  const derived = await deriveByCopying(files, place, nameUser, progress);
  finished();
  return derived;
}

function derivedJson({ image, from, size }: Derived): string {
  return jsonAnswer({ template: image, derivedFrom: from, size });
}
