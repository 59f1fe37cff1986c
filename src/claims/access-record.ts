import { removeIfThere } from '../devices/kernel/if-there.ts';
import { withDescriptor } from '../devices/kernel/open-descriptor.ts';
import { addon } from '../native/addon.ts';
import { RECORDS_FOLDER } from './claims.ts';
import type { Access } from './sharing.ts';

// Of a disk that xenstore does not know a record says how its VM has it. Most write to it, and have none.

const WORDS: Readonly<Record<Exclude<Access, 'write'>, string>> = { read: 'r', share: 'w!' };

/** Records how a VM has a disk, in Xen's words, before its claim. */
export function recordAccess(key: string, access: Access): void {
  if (access === 'write') {
    forgetAccess(key);
    return;
  }
  const { writeOnly, create, truncate, noFollow, nonBlocking } = addon().openFlags;
  const descriptor = addon().openFile(
    pathOf(key),
    writeOnly | create | truncate | noFollow | nonBlocking,
    0o644,
  );
  withDescriptor(descriptor, () => addon().writeText(descriptor, `${WORDS[access]}\n`));
}

/** How the VM of a claim has its disk; writing to it alone where nothing is recorded. */
export function recordedAccess(key: string): Access {
  const word = addon().readText(pathOf(key))?.trimEnd();
  return word === WORDS.read ? 'read' : word === WORDS.share ? 'share' : 'write';
}

export function forgetAccess(key: string): void {
  removeIfThere(pathOf(key));
}

function pathOf(key: string): string {
  return `${RECORDS_FOLDER}/${key}-mode`;
}
