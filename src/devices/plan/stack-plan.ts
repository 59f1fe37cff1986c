import { Refusal } from '../../words/refusal.ts';
import { LONGEST_NAME, snapshotName } from './device-names.ts';
import type { DiskKey } from './disk-key.ts';
import type { ImageKey } from './image-key.ts';

/** What a plan needs to know of an image. */
interface Keyed {
  key: ImageKey;
  disk: DiskKey;
  path: string;
}

/** One snapshot of a stack: what is under it is the layer before, or the base for the first. */
export interface Layer<Cow> {
  name: string;
  cow: Cow;
  /** The first layer is shared by all VMs on one version and keeps the template's old blocks. */
  first: boolean;
}

/**
 * The snapshots that make a stack, in the order in which they have to be made.
 * @throws Refusal when an image is given twice, or the stack is too deep for a device's name
 */
export function planStack<Cow extends Keyed>(base: Keyed, cows: readonly Cow[]): Layer<Cow>[] {
  const seen = new Map<string, string>();
  for (const { disk, path } of [base, ...cows]) {
    const other = seen.get(disk);
    if (other !== undefined)
      throw new Refusal(
        other === path
          ? `${path} is given twice: every layer needs a file of its own`
          : `${other} and ${path} are the same file: every layer needs a file of its own`,
      );
    seen.set(disk, path);
  }
  const keys = cows.map(cow => cow.key);
  return cows.map((cow, index) => {
    const name = snapshotName(base.key, keys.slice(0, index + 1));
    if (name.length > LONGEST_NAME)
      throw new Refusal(
        `${base.path} with ${cows.length} cows is too deep a stack: the device's name would be longer than ${LONGEST_NAME} bytes`,
      );
    return { name, cow, first: index === 0 };
  });
}
