import { openToWrite, withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import { addon } from '../../native/addon.ts';

/**
 * The attribute of a store that says whether the kernel can have merged any of it. Where the filesystem keeps no attributes
 * it is taken for begun.
 */
const UNTOUCHED_ATTRIBUTE = 'trusted.block-snapshot.unmerged';

/** Notes that nothing of a store is in the image yet. */
export function noteUntouched(store: string): void {
  addon().setFileAttribute(store, UNTOUCHED_ATTRIBUTE, 'yes');
}

/** Notes, on disk, that a store is merged from now on. */
export function noteTouched(store: string): void {
  if (!isUntouched(store)) return;
  addon().setFileAttribute(store, UNTOUCHED_ATTRIBUTE, 'no');
  withDescriptor(openToWrite(store), descriptor => addon().syncFile(descriptor));
}

/** Whether it is certain that nothing of a store was merged. */
export function isUntouched(store: string): boolean {
  return addon().fileAttribute(store, UNTOUCHED_ATTRIBUTE) === 'yes';
}
