import {
  type CloneRevertPlan,
  commitClones,
  plannedCommitOfClones,
  plannedRevertOfClones,
  revertClones,
} from '../../../reflink/template.ts';
import { versionsOf } from '../../../reflink/versions.ts';
import type { Volume } from '../../../reflink/volume.ts';
import type { TemplateFiles } from '../../../templates/template-files.ts';
import { columnLines } from '../../../words/columns.ts';
import { jsonAnswer } from '../../../words/json-answer.ts';
import { usageError } from '../../../words/refusal.ts';
import { sizeText } from '../../../words/sizes.ts';
import { timeText } from '../../../words/times.ts';
import { sweepGoneClones } from '../../../xen/hotplug/sweep.ts';
import { processTerminal, say } from '../../terminal.ts';
import { confirmed } from './confirm.ts';
import { sayPlan } from './say-plan.ts';
import { REVERT } from './usage.ts';

// The commands on a template that clones are made of: the same words, and the same fields in JSON.

interface Asked {
  json: boolean;
  'dry-run'?: boolean;
}

export function commitOfClones(files: TemplateFiles, volume: Volume, asked: Asked): void {
  if (asked['dry-run'] === true) {
    sayPlan(files.image, plannedCommitOfClones(volume), asked.json);
    return;
  }
  sweepGoneClones();
  const commit = commitClones(volume);
  const terminal = processTerminal();
  const { image } = volume;
  if (asked.json)
    terminal.print(
      jsonAnswer({
        template: image,
        committed: commit.committed,
        changed: undefined,
        undo: commit.committed ? commit.kept : undefined,
        reason: commit.committed ? undefined : commit.reason,
        overflowed: false,
        lost: [],
      }),
    );
  else if (!commit.committed) say(terminal, `${image}: nothing to commit: ${commit.reason}`);
  else {
    const undo = commit.kept === undefined ? 'no undo is kept' : `its undo is ${commit.kept}`;
    say(terminal, `${image}: committed; ${undo}`);
  }
}

export function revisionsOfClones(volume: Volume, { json }: Asked): void {
  const [newest, ...former] = versionsOf(volume);
  const revisions = former.map(({ path, size, allocated }, index) => ({
    revision: index + 1,
    path,
    // What it undoes is the run that made the version after it.
    ended: (index === 0 ? newest : former[index - 1])?.changed ?? 0,
    size,
    allocated,
  }));
  const terminal = processTerminal();
  if (json) {
    const shown = revisions.map(({ revision, path, ended, allocated }) => ({
      revision,
      path,
      ended: new Date(ended).toISOString(),
      changed: undefined,
      allocated,
      state: 'valid',
    }));
    terminal.print(jsonAnswer({ template: volume.image, reverting: false, revisions: shown }));
    return;
  }
  if (revisions.length === 0) {
    say(terminal, `${volume.image}: no finished run is kept`);
    return;
  }
  const rows = revisions.map(({ revision, ended, path }) => [
    String(revision),
    timeText(ended),
    '-',
    'valid',
    path,
  ]);
  for (const line of columnLines([['REVISION', 'ENDED', 'CHANGED', 'STATE', 'UNDO'], ...rows], {
    right: [0, 2],
  }))
    say(terminal, line);
}

export interface RevertAsked extends Asked {
  revision: number;
  abandon: boolean;
  force: boolean;
  yes: boolean;
}

export async function revertOfClones(
  files: TemplateFiles,
  volume: Volume,
  asked: RevertAsked,
): Promise<void> {
  const { image } = volume;
  if (asked.abandon || asked.force)
    throw usageError(
      `${image} is a template of clones, whose revert is one step: there is nothing to force, nor to abandon: usage: ${REVERT.usage}`,
    );
  const isAsked = asked['dry-run'] === true;
  if (!isAsked) sweepGoneClones();
  const plan = plannedRevertOfClones(volume, asked.revision);
  if (isAsked) {
    sayPlan(
      files.image,
      [`file: ${image} becomes a revision`, `file: ${plan.target.path} becomes ${image}`],
      asked.json,
    );
    return;
  }
  const goes = asked.yes || (await confirmed(questionOf(image, plan), REVERT.usage));
  const kept = goes ? revertClones(volume, plan) : undefined;
  const terminal = processTerminal();
  if (asked.json)
    terminal.print(
      jsonAnswer({ template: image, reverted: goes ? plan.runs : 0, bytes: 0, resumed: false, undo: kept }),
    );
  else if (kept === undefined) say(terminal, `${image}: left as it is`);
  else say(terminal, `${image}: ${runsText(plan.runs)} undone; what it was is ${kept}`);
}

function questionOf(image: string, { target, runs, ended }: CloneRevertPlan): string {
  const ends = ended.map(timeText).join(', ');
  return (
    `${image} goes back behind ${runsText(runs)} (ended ${ends}), to what it was on ${timeText(target.changed)}. ` +
    'What it is now becomes a revision. Go on?'
  );
}

function runsText(runs: number): string {
  return runs === 1 ? '1 run' : `${runs} runs`;
}

/** Nothing is to be given back: what is freed inside comes back by the discards of whoever frees it. */
export function trimOfClones(volume: Volume, { json }: Asked): void {
  const { image } = volume;
  const allocated = versionsOf(volume)[0]?.allocated ?? 0;
  const terminal = processTerminal();
  if (json) terminal.print(jsonAnswer({ template: image, freed: 0, allocated }));
  else
    say(
      terminal,
      `${image}: is a template of clones, which needs no trim: fstrim inside it gives back what is free; it takes ${sizeText(allocated)}`,
    );
}
