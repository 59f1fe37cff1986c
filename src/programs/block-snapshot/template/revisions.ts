import { templateOfClones } from '../../../reflink/template.ts';
import { type Revision, revisionsOf } from '../../../templates/revisions.ts';
import type { TemplateFiles } from '../../../templates/template-files.ts';
import { columnLines } from '../../../words/columns.ts';
import { jsonAnswer } from '../../../words/json-answer.ts';
import { sizeText } from '../../../words/sizes.ts';
import { timeText } from '../../../words/times.ts';
import { processTerminal, say } from '../../terminal.ts';
import { readArguments } from './arguments.ts';
import { revisionsOfClones } from './clones.ts';
import { REVISIONS } from './usage.ts';

/** `revisions TEMPLATE [--json]`: the finished runs that can be undone. */
export async function runRevisions(parameters: readonly string[]): Promise<void> {
  const { files, values } = await readArguments(REVISIONS, parameters);
  const clones = templateOfClones(files.image.path);
  if (clones !== undefined) return revisionsOfClones(clones, values);
  const { revisions, reverting } = revisionsOf(files);
  const terminal = processTerminal();
  if (values.json) terminal.print(revisionsJson(files, revisions, reverting));
  else for (const line of revisionsText(files, revisions, reverting)) say(terminal, line);
}

function revisionsJson(files: TemplateFiles, revisions: readonly Revision[], reverting: boolean): string {
  const answer = {
    template: files.image.path,
    reverting,
    revisions: revisions.map(({ number, path, ended, changed, allocated, state }) => ({
      revision: number,
      path,
      ended: new Date(ended).toISOString(),
      changed,
      allocated,
      state,
    })),
  };
  return jsonAnswer(answer);
}

function revisionsText(files: TemplateFiles, revisions: readonly Revision[], reverting: boolean): string[] {
  const { path: image } = files.image;
  const note = reverting
    ? [`${image} is half-way back to an earlier version: block-snapshot revert ${image} goes on`]
    : [];
  if (revisions.length === 0) return [...note, `${image}: no finished run is kept`];
  const rows = revisions.map(({ number, ended, changed, state, path }) => [
    String(number),
    timeText(ended),
    state === 'valid' ? sizeText(changed) : '-',
    state,
    path,
  ]);
  const lines = columnLines([['REVISION', 'ENDED', 'CHANGED', 'STATE', 'UNDO'], ...rows], { right: [0, 2] });
  return [...note, ...lines];
}
