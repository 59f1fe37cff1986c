import { templateOfClones } from '../../../reflink/template.ts';
import { plannedAbandon } from '../../../templates/revert/abandon-plan.ts';
import { type RevertPlan, runsText } from '../../../templates/revert/plan.ts';
import { plannedRevert, type Reverted, revert } from '../../../templates/revert/revert.ts';
import { jsonAnswer } from '../../../words/json-answer.ts';
import { printable } from '../../../words/printable.ts';
import { progressDisplay } from '../../../words/progress-display.ts';
import { usageError } from '../../../words/refusal.ts';
import { sizeText } from '../../../words/sizes.ts';
import { timeText } from '../../../words/times.ts';
import { sweepGoneOn } from '../../../xen/hotplug/sweep.ts';
import { processTerminal, say } from '../../terminal.ts';
import { runAbandon } from './abandon.ts';
import { readArguments } from './arguments.ts';
import { revertOfClones } from './clones.ts';
import { confirmed } from './confirm.ts';
import { endOnInterrupt } from './interrupt.ts';
import { nameUser } from './name-user.ts';
import { sayPlan } from './say-plan.ts';
import { REVERT } from './usage.ts';

/** `revert TEMPLATE [--revision N] [--yes] [--json]`: undoes the last runs of the template. */
export async function runRevert(parameters: readonly string[]): Promise<void> {
  const { files, values } = await readArguments(REVERT, parameters);
  const { path } = files.image;
  const revision = values.revision === undefined ? undefined : readRevision(values.revision);
  const clones = templateOfClones(path);
  if (clones !== undefined) return revertOfClones(files, clones, { ...values, revision: revision ?? 1 });
  if (values.abandon) {
    if (revision !== undefined)
      throw usageError(`--abandon takes no --revision: it gives up what was begun: usage: ${REVERT.usage}`);
    if (values['dry-run']) return sayPlan(files.image, await plannedAbandon(files, nameUser), values.json);
    return runAbandon(files, values);
  }
  if (values['dry-run'])
    return sayPlan(
      files.image,
      planLines(path, await plannedRevert(files, revision, nameUser, values.force)),
      values.json,
    );
  const progress = progressDisplay('merged');
  const finished = endOnInterrupt(
    progress,
    `if the revert of ${path} was begun it has to be finished: block-snapshot revert ${path}`,
  );
  sweepGoneOn(files.image);
  const reverted = await revert(files, {
    revision,
    force: values.force,
    confirm: async plan => values.yes || confirmed(question(path, plan), REVERT.usage),
    progress,
    nameUser,
  });
  finished();
  const terminal = processTerminal();
  if (values.json) terminal.print(revertJson(path, reverted));
  else if (reverted === undefined) say(terminal, `${path}: left as it is`);
  else
    say(
      terminal,
      `${path}: ${runsText(reverted.runs)} undone, ${sizeText(reverted.bytes)} written back` +
        `${reverted.goesOn ? ' since it was interrupted' : ''}`,
    );
}

/** What a revert would do: the kernel merges the stores one after the other, the last run's first. */
function planLines(path: string, { goesOn, runs, revisions, bytes }: RevertPlan): string[] {
  if (goesOn) return [`merge: what is left of ${runsText(runs)}, ${bytes} bytes, into ${path}`];
  return revisions.flatMap(({ path: store, changed }) => [
    `merge: ${store}, ${changed} bytes, into ${path}`,
    `file: remove ${store}`,
  ]);
}

function readRevision(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw usageError(`--revision ${printable(text)} is not the number of a revision: usage: ${REVERT.usage}`);
  return Number(text);
}

function question(path: string, { runs, revisions, bytes }: RevertPlan): string {
  const ends = revisions.map(({ ended }) => timeText(ended)).join(', ');
  return (
    `What ${runsText(runs)} of ${path} changed (ended ${ends}) will be lost: ` +
    `${sizeText(bytes)} will be written back. Go on?`
  );
}

function revertJson(template: string, reverted: Reverted | undefined): string {
  const answer = {
    template,
    reverted: reverted?.runs ?? 0,
    bytes: reverted?.bytes ?? 0,
    resumed: reverted?.goesOn ?? false,
  };
  return jsonAnswer(answer);
}
