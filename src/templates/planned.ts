import { configuration } from '../devices/configuration.ts';
import { openImage, withDescriptor } from '../devices/kernel/open-descriptor.ts';
import { revisionPath } from '../devices/plan/own-cow.ts';
import { addon } from '../native/addon.ts';
import { lookAtRun } from './commit.ts';
import { revisionNames } from './revisions.ts';
import { findTemplate, type TemplateFiles } from './template-files.ts';
import { requireUnusedTemplate } from './trim.ts';
import { type NameUser, requireStopped } from './users.ts';
import { whenFree } from './when-free.ts';

/** Bytes that are read at once where zeros are looked for; a multiple of the blocks that are given back. */
const PIECE = 1024 * 1024;
const BLOCK = 4096;
const ZEROS = Buffer.alloc(BLOCK);

/**
 * What a commit would do at this moment, a line each.
 * @throws Refusal where it would be refused
 */
export function plannedCommit(files: TemplateFiles, nameUser: NameUser): Promise<string[]> {
  const template = findTemplate(files);
  return whenFree(template, () => {
    requireStopped(template.image, nameUser);
    const settings = configuration();
    const run = lookAtRun(template, settings, nameUser);
    if ('reason' in run) return [`nothing to commit: ${run.reason}`];
    const { cow, size } = run;
    const kept = settings.revisions;
    const undos = revisionNames(cow.path).map(({ path }, index) =>
      index + 2 <= kept
        ? `file: ${path} becomes ${revisionPath(cow.path, index + 2)}`
        : `file: remove ${path}`,
    );
    const undo =
      kept === 0 ? `file: remove ${cow.path}` : `file: ${cow.path} becomes ${revisionPath(cow.path, 1)}`;
    return [...undos.reverse(), undo, `file: make ${cow.path}, empty, ${size} bytes`];
  });
}

/**
 * How many bytes a trim would give back at this moment: whole blocks of zeros that take space.
 * @throws Refusal where it would be refused
 */
export async function plannedTrim(files: TemplateFiles, nameUser: NameUser): Promise<number> {
  const template = findTemplate(files);
  await whenFree(template, () => requireUnusedTemplate(template.image, nameUser));
  return withDescriptor(openImage(template.image, 'read'), descriptor => {
    let zeros = 0;
    for (let position = 0; ; ) {
      const data = addon().nextData(descriptor, position);
      if (data === null) return zeros;
      const start = Math.ceil(data.start / BLOCK) * BLOCK;
      for (let at = start; at < data.end; at += PIECE)
        zeros += zeroBlocks(Buffer.from(addon().readAt(descriptor, at, Math.min(PIECE, data.end - at))));
      position = data.end;
    }
  });
}

function zeroBlocks(bytes: Buffer): number {
  let zeros = 0;
  for (let at = 0; at + BLOCK <= bytes.length; at += BLOCK)
    if (ZEROS.equals(bytes.subarray(at, at + BLOCK))) zeros += BLOCK;
  return zeros;
}
