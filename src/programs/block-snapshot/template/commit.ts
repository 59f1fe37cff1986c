import { templateOfClones } from '../../../reflink/template.ts';
import { blockTemplate } from '../../../templates/block-template.ts';
import { commitByHand } from '../../../templates/commit-by-hand.ts';
import { overflowText } from '../../../templates/overflow.ts';
import { plannedCommit } from '../../../templates/planned.ts';
import { templateFiles } from '../../../templates/template-files.ts';
import { jsonAnswer } from '../../../words/json-answer.ts';
import { sizeText } from '../../../words/sizes.ts';
import { sweepGoneOn } from '../../../xen/hotplug/sweep.ts';
import { commandArguments } from '../../command-arguments.ts';
import { processTerminal, say } from '../../terminal.ts';
import { commitOfBlockDevice } from './block-device.ts';
import { commitOfClones } from './clones.ts';
import { nameUser } from './name-user.ts';
import { sayPlan } from './say-plan.ts';
import { COMMIT } from './usage.ts';

/** `commit TEMPLATE [--json]`: ends a run of the template. */
export async function runCommit(parameters: readonly string[]): Promise<void> {
  const values = await commandArguments(COMMIT, parameters);
  const argument = String(values._[0] ?? '');
  const device = blockTemplate(argument);
  if (device !== undefined) return commitOfBlockDevice(device, values);
  const files = templateFiles(argument);
  const clones = templateOfClones(files.image.path);
  if (clones !== undefined) return commitOfClones(files, clones, values);
  if (values['dry-run']) return sayPlan(files.image, await plannedCommit(files, nameUser), values.json);
  sweepGoneOn(files.image);
  const commit = await commitByHand(files, nameUser);
  const terminal = processTerminal();
  const { image } = files;
  if (values.json) {
    const answer = {
      template: image.path,
      committed: commit.committed,
      changed: commit.committed ? commit.changed : 0,
      undo: commit.committed ? commit.undo : undefined,
      reason: commit.committed ? undefined : commit.reason,
      overflowed: commit.committed && commit.overflow !== undefined,
      lost: commit.committed ? (commit.overflow?.lost ?? []) : [],
    };
    terminal.print(jsonAnswer(answer));
  } else if (!commit.committed) say(terminal, `${image.path}: nothing to commit: ${commit.reason}`);
  else if (commit.overflow !== undefined)
    say(
      terminal,
      `${image.path}: the run is ended, and VMs that start from now on see what it changed; ${overflowText(commit.overflow)}`,
    );
  else {
    const undo = commit.undo === undefined ? 'no undo is kept' : `its undo is ${commit.undo}`;
    say(terminal, `${image.path}: committed, ${sizeText(commit.changed)} changed; ${undo}`);
  }
}
