import { requireImage } from '../../../devices/kernel/images.ts';
import { revertMark } from '../../../devices/plan/revert-names.ts';
import { addon } from '../../../native/addon.ts';
import { listRevisions, type Revision } from '../../../templates/revisions.ts';
import type { TemplateFiles } from '../../../templates/template-files.ts';
import { withTemplateLock } from '../../../templates/template-lock.ts';
import { sizeText } from '../../../words/sizes.ts';
import { timeText } from '../../../words/times.ts';
import { processTerminal } from '../../terminal.ts';
import { readArguments } from './arguments.ts';
import { REVISIONS_USAGE } from './usage.ts';

/** `revisions TEMPLATE [--json]`: the finished runs that can be undone. */
export async function runRevisions(parameters: readonly string[]): Promise<void> {
  const given = await readArguments(
    REVISIONS_USAGE,
    'Shows the finished runs of a template that can be undone: when each ended, how much it changed, and whether its ' +
      'undo is whole. 1 is the last run; going back to revision N undoes N runs.',
    {},
    parameters,
  );
  if (given === undefined) return;
  const { files, values } = given;
  const base = requireImage(files.image);
  const { revisions, reverting } = withTemplateLock(files, base, () => ({
    revisions: listRevisions(files.cow.path),
    reverting: addon().fileStatus(revertMark(files.cow.path)) !== null,
  }));
  const text = values.json
    ? revisionsJson(files, revisions, reverting)
    : revisionsText(files, revisions, reverting);
  processTerminal().print(text);
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
  return `${JSON.stringify(answer, null, 2)}\n`;
}

function revisionsText(files: TemplateFiles, revisions: readonly Revision[], reverting: boolean): string {
  const note = reverting
    ? `${files.image.path} is half-way back to an earlier version: block-snapshot revert ${files.image.path} goes on\n`
    : '';
  if (revisions.length === 0) return `${note}${files.image.path}: no finished run is kept\n`;
  const rows = revisions.map(({ number, ended, changed, state, path }) => [
    String(number),
    timeText(ended),
    state === 'valid' ? sizeText(changed) : '-',
    state,
    path,
  ]);
  const table = [['REVISION', 'ENDED', 'CHANGED', 'STATE', 'UNDO'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map(row => row[column]?.length ?? 0))) ?? [];
  const lines = table.map(row =>
    row
      .map((cell, column) => {
        if (column === row.length - 1) return cell;
        // Numbers are compared by their last digit.
        return column === 0 || column === 2
          ? cell.padStart(widths[column] ?? 0)
          : cell.padEnd(widths[column] ?? 0);
      })
      .join('  '),
  );
  return `${note}${lines.join('\n')}\n`;
}
