import { type Abandoned, abandonRevert } from '../../../templates/revert/abandon.ts';
import { runsText } from '../../../templates/revert/plan.ts';
import type { TemplateFiles } from '../../../templates/template-files.ts';
import { jsonAnswer } from '../../../words/json-answer.ts';
import { sizeText } from '../../../words/sizes.ts';
import { processTerminal, say } from '../../terminal.ts';
import { confirmed } from './confirm.ts';
import { nameUser } from './name-user.ts';
import { REVERT } from './usage.ts';

/** `revert --abandon TEMPLATE`: gives up a revert that cannot be finished. */
export async function runAbandon(
  files: TemplateFiles,
  { yes, json }: { yes: boolean; json: boolean },
): Promise<void> {
  const { path } = files.image;
  const abandoned = await abandonRevert(
    files,
    nameUser,
    async whole => yes || confirmed(question(path, whole), REVERT.usage),
  );
  const terminal = processTerminal();
  if (json) terminal.print(abandonedJson(path, abandoned));
  else for (const line of abandonedText(path, abandoned)) say(terminal, line);
}

function question(path: string, whole: boolean): string {
  return whole
    ? `The revert of ${path} is given up between two runs; its revisions stay. Go on?`
    : `${path} stays a mixture of two versions: it is put aside with all that belongs to it, and a backup has to take its place. Go on?`;
}

function abandonedText(path: string, abandoned: Abandoned | undefined): string[] {
  if (abandoned === undefined) return [`${path}: left as it is`];
  const { whole, undone, left, unmerged, another, kept } = abandoned;
  if (whole)
    return [
      `${path}: the revert is given up; ${runsText(undone)} undone, ${runsText(left)} not, which can still be undone`,
    ];
  if (another)
    return [
      `${path}: the revert is given up. The image there is another than it was begun on, or was changed since: it stays, and the template can start.`,
      'Nothing is deleted. What was not written back, and the revisions:',
      ...kept.map(name => `  ${name}`),
    ];
  const bytes = unmerged?.reduce((sum, { start, end }) => sum + end - start, 0);
  return [
    `${path}: the revert is given up. The image is a mixture of two versions and must not be used: ${
      bytes === undefined
        ? 'how much was not written back cannot be told'
        : `${sizeText(bytes)} of the run that was being undone were not written back, the rest of that run was`
    }.`,
    `Nothing is deleted. The image, what was not written back, the revisions, and which bytes are of which version (the last file):`,
    ...kept.map(name => `  ${name}`),
    `The template starts again when a backup of it is at ${path}.`,
  ];
}

function abandonedJson(template: string, abandoned: Abandoned | undefined): string {
  const answer = {
    template,
    abandoned: abandoned !== undefined,
    whole: abandoned?.whole,
    another: abandoned?.another,
    undone: abandoned?.undone ?? 0,
    left: abandoned?.left ?? 0,
    unmerged: abandoned?.unmerged,
    kept: abandoned?.kept ?? [],
  };
  return jsonAnswer(answer);
}
