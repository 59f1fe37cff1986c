import { setImmediate as breathe } from 'node:timers/promises';
import { closeBaseVersion, openBaseVersion, readBaseVersion } from '../devices/kernel/base-version.ts';
import type { Image } from '../devices/kernel/images.ts';
import { withOwnRun } from '../devices/kernel/unwritten.ts';
import { requireNotReverted } from '../devices/operations.ts';
import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import type { Progress } from '../words/progress.ts';
import { Refusal } from '../words/refusal.ts';
import { requireClosedFile } from './open-files.ts';
import { withOperation } from './operation-lock.ts';
import { findTemplate, type Template, type TemplateFiles } from './template-files.ts';
import { withTemplateLock } from './template-lock.ts';
import {
  type NameUser,
  openImageToWrite,
  requireClosed,
  requireNoSnapshots,
  requireStopped,
} from './users.ts';
import { whenFree } from './when-free.ts';

/** Bytes of one hole at least, at a multiple of it: the block of the filesystems that images lie on. */
const BLOCK = 4096;

/** Bytes that are looked at while the base's lock is held: what is just starting waits for so long. */
const SLICE = 32 * 1024 * 1024;

export interface Trimmed {
  /** Bytes that the image takes less on its filesystem. */
  freed: number;
  /** Bytes that it takes now. */
  allocated: number;
}

/**
 * Gives blocks of zeros in a template's image back to its filesystem. No byte changes: a hole reads as zeros, so that
 * versions and revisions stay as they are. What is in the image is not looked at but for zeros.
 * @throws Refusal unless the template is stopped, and nobody uses it
 */
export async function trim(files: TemplateFiles, nameUser: NameUser, progress: Progress): Promise<Trimmed> {
  const template = findTemplate(files);
  const base = template.image;
  if (base.device !== undefined)
    throw new Refusal(
      `template ${base.path} is a block device, which has no holes: run fstrim inside the template, ` +
        'or blkdiscard --zeroout on what is known to be unused',
    );
  await whenFree(template, () => requireUnusedTemplate(base, nameUser));
  return withOperation(base, 'a trim', () =>
    withOpenImage(base, async descriptor => {
      const before = addon().descriptorStatus(descriptor).allocated;
      progress.start(before);
      // Digging changes the image's time, and nothing of what it holds.
      const file = { descriptor, path: base.path };
      withTemplateLock(template, () => {
        const version = withOwnRun(base, readBaseVersion(file, false));
        openBaseVersion(file, version, version.is ?? []);
      });
      try {
        await digAll(template, descriptor, nameUser, progress);
      } finally {
        progress.end();
        closeBaseVersion(file);
      }
      const { allocated } = addon().descriptorStatus(descriptor);
      return { freed: Math.max(0, before - allocated), allocated };
    }),
  );
}

async function withOpenImage<Result>(
  base: Image,
  action: (descriptor: number) => Promise<Result>,
): Promise<Result> {
  const descriptor = openImageToWrite(base);
  try {
    return await action(descriptor);
  } finally {
    addon().closeFile(descriptor);
  }
}

/** @throws Refusal unless a template is stopped, and nobody uses it: the caller holds its lock */
export function requireUnusedTemplate(base: Image, nameUser: NameUser): void {
  requireNotReverted(base);
  requireStopped(base, nameUser);
  requireNoSnapshots(base, nameUser);
  requireClosed(base);
}

/**
 * In slices, each under the base's lock and after another look at who uses it: between looking at a block and digging
 * it nobody may write there.
 */
async function digAll(
  template: Template,
  descriptor: number,
  nameUser: NameUser,
  progress: Progress,
): Promise<void> {
  const base = template.image;
  let looked = 0;
  for (let position = 0; ; ) {
    const next = withTemplateLock(template, () => {
      requireStopped(base, nameUser);
      requireNoSnapshots(base, nameUser);
      return whileClosed(base, descriptor, () => digSlice(base, descriptor, position));
    });
    if (next === undefined) return;
    looked += next.looked;
    position = next.position;
    progress.update(looked);
    await breathe();
  }
}

/**
 * Runs an action while nobody else has an image open. Who opens it meanwhile waits until the action has ended: the lease
 * is kept until then, where there is one.
 */
function whileClosed<Result>(base: Image, descriptor: number, action: () => Result): Result {
  const how = requireClosedFile(base, descriptor);
  try {
    return action();
  } finally {
    if (how === 'leased') addon().giveLeaseBack(descriptor);
  }
}

/** @returns how many bytes were looked at, and where to go on; undefined behind the last */
function digSlice(
  base: Image,
  descriptor: number,
  position: number,
): { looked: number; position: number } | undefined {
  try {
    const data = addon().nextData(descriptor, position);
    if (data === null) return undefined;
    const length = Math.min(data.end - data.start, SLICE);
    addon().digZeros(descriptor, data.start, length, BLOCK);
    return { looked: length, position: data.start + length };
  } catch (error) {
    if (isSystemError(error, 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'))
      throw new Refusal(
        `template ${base.path} is on a filesystem without holes (${error.code}): its space cannot be given back`,
      );
    throw error;
  }
}
