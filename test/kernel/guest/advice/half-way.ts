// Reverts that were ended in the middle.
import { readFileSync } from 'node:fs';
import { requireImage } from '../../../../src/devices/kernel/images.ts';
import { beginMerge } from '../../../../src/devices/merge.ts';
import { revertMark } from '../../../../src/devices/plan/revert-names.ts';
import { claimRevisions, makeMark } from '../../../../src/templates/revert/mark.ts';
import { findTemplate, templateFiles } from '../../../../src/templates/template-files.ts';
import { withTemplateLock } from '../../../../src/templates/template-lock.ts';
import { hashOf, MEBIBYTE, type Template } from '../images.ts';
import { commitHere, runTemplate } from '../life/in-process.ts';
import { executable, type Outcome, run } from '../programs.ts';

/** Runs of the template, of a whole mebibyte each. @returns the hashes before each, and after the last */
export function runs({ root, rootCow }: Template, count: number): string[] {
  const hashes = [hashOf(root)];
  for (let number = 0; number < count; number++) {
    runTemplate(root, rootCow, [number * MEBIBYTE, MEBIBYTE]);
    commitHere(root, { revisions: count });
    hashes.push(hashOf(root));
  }
  return hashes;
}

/** Ends a revert at a system call, as a kill or a person does. @param when as strace has it */
export function endedRevert({ root }: Template, runsToUndo: number, when: string): Outcome {
  return run('strace', [
    ...['-f', '-qq', '-o', '/dev/null', '-e', 'trace=rename,ioctl', '-e', `inject=${when}`],
    ...[executable(), 'revert', '--yes', '--revision', String(runsToUndo), root],
  ]);
}

/** A revert whose stores have their names, and nothing is merged. */
export function begunRevert({ root, rootCow }: Template, runsToUndo: number): void {
  makeMark(findTemplate(templateFiles(root)), runsToUndo);
  claimRevisions(rootCow, runsToUndo);
}

/** One whose first store the kernel merges, or has merged: its device is there. */
export function mergingRevert(template: Template): void {
  const { root, rootCow } = template;
  begunRevert(template, 1);
  withTemplateLock(findTemplate(templateFiles(root)), locks => {
    const store = requireImage({ role: 'cow', path: `${rootCow}.reverting.1` });
    beginMerge(requireImage({ role: 'template', path: root }), store, locks, false);
  });
}

/** What the mark says. */
export function markOf({ rootCow }: Template): string {
  return readFileSync(revertMark(rootCow), 'utf8');
}
