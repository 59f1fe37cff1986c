import { withLocks } from '../../devices/kernel/base-lock.ts';
import { type Image, isStillThere } from '../../devices/kernel/images.ts';
import { addon } from '../../native/addon.ts';
import type { Volume } from '../../reflink/volume.ts';
import type { Progress } from '../../words/progress.ts';
import { Refusal } from '../../words/refusal.ts';
import type { Template } from '../template-files.ts';
import type { FileState } from '../unchanged.ts';
import type { NameUser } from '../users.ts';

/** The kinds of templates, by the types of the disks that are made of them. */
export type TemplateKind = 'snapshot' | 'reflink';

/** A template that is to be of the other kind. */
export interface Conversion {
  template: Template;
  /** The same by the names that one of clones has. */
  volume: Volume;
  nameUser: NameUser;
  progress: Progress;
}

/** Runs an action under the locks that either kind has. @throws Refusal when the image is another by then */
export function underLocks<Result>(
  { template: { image }, volume }: Pick<Conversion, 'template' | 'volume'>,
  action: () => Result,
): Result {
  return withLocks([volume.lock, image.key, image.disk], () => {
    if (!isStillThere(image))
      throw new Refusal(`template ${image.path} was replaced by another file in this moment: look again`);
    return action();
  });
}

/** How an image is at this moment. The caller holds its locks, and has looked at it. */
export function stateOf({ path }: Image): FileState {
  const status = addon().fileStatus(path);
  return { size: status?.size ?? 0, changed: status?.changed ?? 0n };
}
