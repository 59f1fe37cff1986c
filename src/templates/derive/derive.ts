import { setImmediate as breathe } from 'node:timers/promises';
import { cloneRefusal } from '../../devices/kernel/clone-refusal.ts';
import { openImage, withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import { noRoomText } from '../../devices/kernel/room.ts';
import { requireNoOperation } from '../../devices/operations.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import type { Progress } from '../../words/progress.ts';
import { Refusal } from '../../words/refusal.ts';
import { withOperation } from '../operation-lock.ts';
import { findTemplate, type Template, type TemplateFiles } from '../template-files.ts';
import { withTemplateLock } from '../template-lock.ts';
import { requireUnchanged } from '../unchanged.ts';
import type { NameUser } from '../users.ts';
import { requireDerivable } from './derivable.ts';
import { type NewTemplate, newTemplate } from './new-template.ts';
import { nameImage, openNameless } from './whole-image.ts';

/** Bytes that are copied at once. */
const PIECE = 16 * 1024 * 1024;

/** What the kernel says where it cannot clone, and a copy can be made. */
const NO_CLONES = ['EOPNOTSUPP', 'ENOTTY', 'ENOSYS', 'EXDEV', 'EINVAL'];

export interface Derived {
  /** The path of the new image, and of the one that it was derived from. */
  image: string;
  from: string;
  /** Bytes of the disk. */
  size: number;
}

/**
 * Makes a new template whose image is a clone of another's: it has the same bytes, shares their blocks, and depends on
 * nothing of the other. It has no past: no undo, no cow, and a version of its own.
 * @param argument where it is to be
 * @throws Refusal, with nothing made
 */
export function derive(files: TemplateFiles, argument: string, nameUser: NameUser): Derived {
  const [template, place] = look(files, argument);
  whileDerivable(template, nameUser, () =>
    withDescriptor(openImage(template.image, 'read'), from => {
      try {
        withDescriptor(openNameless(place), to => {
          const before = addon().descriptorStatus(from);
          addon().cloneFile(from, to);
          requireUnchanged(template.image, before, addon().descriptorStatus(from));
          nameImage(to, place, template);
        });
      } catch (error) {
        if (!isSystemError(error)) throw error;
        const refusal = cloneRefusal(error, template.image, from, place.folder ?? place.image);
        throw isSystemError(error, ...NO_CLONES) ? orCopy(refusal) : refusal;
      }
    }),
  );
  return derivedOf(template, place);
}

/** Under the lock of the template's base. @throws Refusal where nothing can be derived from it now */
function whileDerivable(template: Template, nameUser: NameUser, action: () => void): void {
  withTemplateLock(template, () => {
    requireNoOperation(template.image);
    requireDerivable(template, nameUser);
    action();
  });
}

function orCopy({ message }: Refusal): Refusal {
  return new Refusal(`${message}; or copy the bytes, with --copy`);
}

/**
 * The same by copying, where the new template is on another filesystem, or on one that makes no clones. Nothing starts on the
 * template meanwhile. Holes stay holes.
 * @throws Refusal, with nothing made
 */
export function deriveByCopying(
  files: TemplateFiles,
  argument: string,
  nameUser: NameUser,
  progress: Progress,
): Promise<Derived> {
  const [template, place] = look(files, argument);
  const { image } = template;
  return withOperation(image, 'a copy', async () => {
    withTemplateLock(template, () => requireDerivable(template, nameUser));
    const from = openImage(image, 'read');
    try {
      const to = openNameless(place);
      try {
        const before = addon().descriptorStatus(from);
        await copyAll(from, to, progress);
        requireUnchanged(template.image, before, addon().descriptorStatus(from));
        nameImage(to, place, template);
      } finally {
        addon().closeFile(to);
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
      const reason = noRoomText(error, place.beside, image.size) ?? `${error.message}: mend that`;
      throw new Refusal(
        `${image.path} could not be copied to ${place.image}, and nothing was made: ${reason}`,
      );
    } finally {
      addon().closeFile(from);
    }
    return derivedOf(template, place);
  });
}

/** What would be made. @throws Refusal where it would be refused, but for what the filesystem says of it */
export function plannedDerive(files: TemplateFiles, argument: string, nameUser: NameUser): Derived {
  const [template, place] = look(files, argument);
  whileDerivable(template, nameUser, () => {});
  return derivedOf(template, place);
}

function look(files: TemplateFiles, argument: string): [Template, NewTemplate] {
  const template = findTemplate(files);
  if (template.image.device !== undefined)
    throw new Refusal(
      `template ${template.image.path} is a block device: only an image file is derived from; copy it to one first`,
    );
  return [template, newTemplate(argument)];
}

function derivedOf({ image }: Template, place: NewTemplate): Derived {
  return { image: place.image, from: image.path, size: image.size };
}

async function copyAll(from: number, to: number, progress: Progress): Promise<void> {
  const { size, allocated } = addon().descriptorStatus(from);
  addon().growFile(to, size);
  progress.start(Math.min(size, allocated));
  try {
    let copied = 0;
    for (let position = 0; ; ) {
      const data = addon().nextData(from, position);
      if (data === null) return;
      const length = Math.min(PIECE, data.end - data.start);
      if (addon().copyRange(from, to, data.start, length) < length) return;
      position = data.start + length;
      copied += length;
      progress.update(copied);
      await breathe();
    }
  } finally {
    progress.end();
  }
}
