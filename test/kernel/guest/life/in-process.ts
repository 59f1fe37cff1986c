// The commands on templates, called in this process: see ../in-process.ts.
import { closeSync, openSync, writeSync } from 'node:fs';
import { DEFAULT_SETTINGS, type Settings } from '../../../../src/devices/plan/settings.ts';
import { type Commit, commitRun } from '../../../../src/templates/commit.ts';
import { type Reverted, revert } from '../../../../src/templates/revert/revert.ts';
import { listRevisions, type Revision } from '../../../../src/templates/revisions.ts';
import { findTemplate, templateFiles } from '../../../../src/templates/template-files.ts';
import { withTemplateLock } from '../../../../src/templates/template-lock.ts';
import { type Trimmed, trim } from '../../../../src/templates/trim.ts';
import { requireStopped } from '../../../../src/templates/users.ts';
import { writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';

const nameUser = (attachment: string) => `VM disk ${attachment}`;
const silent = { start: () => {}, update: () => {}, end: () => {} };

export function commitHere(root: string, settings: Partial<Settings> = {}): Commit {
  const template = findTemplate(templateFiles(root));
  return withTemplateLock(template, () => {
    requireStopped(template.image, nameUser);
    return commitRun(template, { ...DEFAULT_SETTINGS, ...settings });
  });
}

/** @param begun called when it has begun to change something */
export function revertHere(
  root: string,
  revision?: number,
  force = false,
  begun = () => {},
): Promise<Reverted | undefined> {
  return revert(templateFiles(root), {
    revision,
    force,
    confirm: async () => true,
    progress: { ...silent, start: begun },
    nameUser,
  });
}

export function revisionsHere(root: string): Revision[] {
  return listRevisions(templateFiles(root).cow.path);
}

export function trimHere(root: string): Promise<Trimmed> {
  return trim(templateFiles(root), nameUser, silent);
}

/** Bytes of a run of the template: where, and how many. */
export type Change = readonly [position: number, length: number];

/** The template starts, changes something, and stops. It is not committed. */
export function runTemplate(root: string, cow: string, ...changes: Change[]): void {
  const origin = prepareHere('origin', root, cow);
  for (const [position, length] of changes) writeRandomAt(origin, position, length);
  cleanupHere('origin', origin);
}

/** The message of an error. */
export async function refusalOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    return (error as Error).message;
  }
  return 'it was not refused';
}

export function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return 'it was not refused';
}

/** What the kernel writes into the header of a store that overflows: it is not valid any more. */
export function markOverflowed(cow: string): void {
  const descriptor = openSync(cow, 'r+');
  writeSync(descriptor, Buffer.alloc(4), 0, 4, 4);
  closeSync(descriptor);
}
