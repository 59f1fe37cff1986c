import { checkStore } from '../devices/kernel/cow-file.ts';
import { findImage, type Image } from '../devices/kernel/images.ts';
import { noteInvalid } from '../devices/kernel/invalid-store.ts';
import { descriptorSectors, openImage, withDescriptor } from '../devices/kernel/open-descriptor.ts';
import { isFull, noRoomText, roomText } from '../devices/kernel/room.ts';
import { keepsBlocks, keptBytes, readStoreHeader } from '../devices/kernel/store-contents.ts';
import { storeStatus } from '../devices/kernel/store-status.ts';
import { requireNotReverted } from '../devices/operations.ts';
import { snapshotName } from '../devices/plan/device-names.ts';
import { storeSize } from '../devices/plan/exception-store.ts';
import { revisionPath } from '../devices/plan/own-cow.ts';
import type { Settings } from '../devices/plan/settings.ts';
import { type Bytes, sectorsOf } from '../devices/plan/units.ts';
import { isSystemError } from '../native/system-error.ts';
import { Refusal } from '../words/refusal.ts';
import { type Overflow, overflowOf, overflowText } from './overflow.ts';
import { linkRevisions } from './revisions.ts';
import { rotateCow } from './rotate.ts';
import type { Template } from './template-files.ts';
import type { NameUser } from './users.ts';

/** What became of a commit. */
export type Commit =
  | { committed: false; reason: string }
  | {
      committed: true;
      /** Bytes of blocks that the run has changed, in whole chunks. */
      changed: number;
      /** Where its undo is kept; undefined when the configuration keeps none. */
      undo: string | undefined;
      overflow?: undefined;
    }
  | {
      /** VMs see what the run changed from now on, but it cannot be undone: its store had no room for all old blocks. */
      committed: true;
      changed: undefined;
      undo: undefined;
      overflow: Overflow;
    };

/**
 * Ends the run of a template: VMs that start from now on see what it changed, those that run keep what they see, for
 * their devices hold the old cow by its inode. The caller holds the base's lock, and knows that the origin is gone.
 * @throws Refusal, with the old pair in its place
 */
export function commitRun(
  template: Template,
  settings: Settings,
  nameUser: NameUser = attachment => `the VM disk ${attachment}`,
): Commit {
  const seen = lookAtRun(template, settings, nameUser);
  if ('reason' in seen) return { committed: false, reason: seen.reason };
  const { commit, cow, size } = seen;
  const base = template.image;
  try {
    rotateCow(cow.path, base, size, settings);
  } catch (error) {
    if (error instanceof Refusal || !isSystemError(error)) throw error;
    const reason =
      noRoomText(error, cow.path, size) ?? `${error.code}, ${error.operation} ${error.argument}: mend that`;
    throw new Refusal(
      `the run of ${base.path} could not be committed: ${reason}, then block-snapshot commit ${base.path}; nothing is lost`,
    );
  }
  linkRevisions(template);
  return commit;
}

/** Why there is nothing to commit; else what the commit is going to be, the cow, and the size of the one that follows it. */
export type RunSeen = { reason: string } | { commit: Commit & { committed: true }; cow: Image; size: Bytes };

/**
 * Looks at a run that may be ended, and changes nothing. The caller holds the base's lock.
 * @throws Refusal where it cannot be committed
 */
export function lookAtRun(template: Template, settings: Settings, nameUser: NameUser): RunSeen {
  const base = template.image;
  requireNotReverted(base);
  const cow = findImage(template.cow);
  if (cow === undefined)
    return { reason: `${template.cow.path} is not there, so no run of the template was` };
  if (cow.device !== undefined)
    throw new Refusal(
      `cow ${cow.path} is a block device, which cannot be kept under another name: only files are committed`,
    );
  const changed = changesOf(base, cow);
  if (changed === 'none') return { reason: 'the template has not changed since the last commit' };
  const commit: Commit & { committed: true } =
    changed === 'overflowed'
      ? { committed: true, changed: undefined, undo: undefined, overflow: overflowOf(base, cow, nameUser) }
      : { committed: true, changed, undo: settings.revisions > 0 ? revisionPath(cow.path, 1) : undefined };
  if (isFull(cow.path)) throw fullRefusal(base, cow, commit.overflow);
  const length =
    base.device === undefined
      ? sectorsOf(base.size)
      : withDescriptor(openImage(base, 'read'), descriptorSectors);
  return { commit, cow, size: storeSize(length, settings.chunk) };
}

function fullRefusal(base: Image, cow: Image, overflow: Overflow | undefined): Refusal {
  const lost =
    overflow === undefined ? 'nothing is lost' : overflowText({ cow: overflow.cow, lost: overflow.lost });
  const useless = overflow === undefined ? '' : ` (${cow.path} itself is of no use to anybody any more)`;
  return new Refusal(
    `the run of ${base.path} is not committed: ${roomText(cow.path)}, and no VM could start on the empty cow; ` +
      `${lost}; make room there${useless}, then block-snapshot commit ${base.path}`,
  );
}

/** What a run has changed, in bytes. */
function changesOf(base: Image, cow: Image): number | 'none' | 'overflowed' {
  const snapshot = snapshotName(base.key, [cow.key]);
  if (storeStatus(snapshot)?.kind === 'invalid') noteInvalid(snapshot);
  return withDescriptor(openImage(cow, 'read'), descriptor => {
    const header = readStoreHeader(descriptor);
    // A store that overflowed has to go all the same: no VM could start on it.
    if (header.kind === 'store' && !header.valid) return 'overflowed';
    checkStore(descriptor, cow);
    return keepsBlocks(descriptor) ? keptBytes(descriptor, header) : 'none';
  });
}
