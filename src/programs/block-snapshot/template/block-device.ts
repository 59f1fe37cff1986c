import { configuration } from '../../../devices/configuration.ts';
import { type BlockTemplate, commitBlockDevice, untoldText } from '../../../templates/block-template.ts';
import { jsonAnswer } from '../../../words/json-answer.ts';
import { sweepGoneOn } from '../../../xen/hotplug/sweep.ts';
import { processTerminal, say } from '../../terminal.ts';
import { nameUser } from './name-user.ts';
import { sayPlan } from './say-plan.ts';

/** The commit of a template that is a block device: its storage makes the version. */
export async function commitOfBlockDevice(
  image: BlockTemplate,
  { json, 'dry-run': dryRun }: { json: boolean; 'dry-run': boolean },
): Promise<void> {
  if (dryRun) {
    const command = configuration().commitCommand;
    return sayPlan(
      image,
      [command === undefined ? untoldText(image) : `run: ${command} ${image.path}`],
      json,
    );
  }
  sweepGoneOn(image);
  const version = await commitBlockDevice(image, nameUser);
  const terminal = processTerminal();
  if (json) terminal.print(jsonAnswer({ template: image.path, committed: true, version }));
  else say(terminal, `${image.path}: committed${version === undefined ? '' : `: ${version}`}`);
}
