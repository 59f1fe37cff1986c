import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { configuration } from '../configuration.ts';
import { CHUNK, chunkBytes, HEADER_BYTES, parseStoreHeader } from '../plan/exception-store.ts';
import { folderOf } from '../plan/folder-of.ts';
import { isOurChunk, type Settings } from '../plan/settings.ts';
import type { Bytes, Sectors } from '../plan/units.ts';
import type { HeldDescriptors } from './held-descriptors.ts';
import type { Image } from './images.ts';
import { lostStore } from './lost-store.ts';
import { openImage } from './open-descriptor.ts';
import { noRoomText, reserve } from './room.ts';
import { makeWholeFile } from './whole-file.ts';

/**
 * Makes an empty cow, sparse unless its space is to be reserved, with the owner and the mode of its base. It gets its name
 * only when it is complete, so that no crash leaves one of the wrong size.
 * @param cow what it is going to be called
 * @throws SystemError; Refusal when its filesystem cannot reserve
 */
export function writeEmptyCow(
  path: string,
  size: Bytes,
  base: Image,
  settings: Pick<Settings, 'reserve'>,
  cow = path,
): void {
  makeWholeFile(path, 0o600, descriptor => {
    addon().growFile(descriptor, size);
    const inTheWay = settings.reserve ? reserve(descriptor, size) : undefined;
    if (inTheWay !== undefined)
      throw new Refusal(`the space of cow ${cow} cannot be reserved (RESERVE=on): ${inTheWay}`);
    addon().setOwner(descriptor, base.owner.user, base.owner.group, base.owner.mode & 0o777);
  });
}

/** The same for a cow that is missing. @throws Refusal when it cannot be made */
export function makeCowFile(path: string, size: Bytes, base: Image): void {
  try {
    writeEmptyCow(path, size, base, configuration());
  } catch (error) {
    const noRoom = noRoomText(error, folderOf(path), size);
    if (noRoom !== undefined)
      throw new Refusal(`cow ${path} is missing and could not be made: ${noRoom}, then try again`);
    if (isSystemError(error, 'EROFS'))
      throw new Refusal(`cow ${path} is missing and its filesystem is read-only: make it writable`);
    if (isSystemError(error))
      throw new Refusal(
        `cow ${path} is missing and could not be made (${error.code}): see what keeps files from being made in ${folderOf(path)} (lsattr -d ${folderOf(path)}), mend that, then try again`,
      );
    throw error;
  }
}

/**
 * Opens the file of a cow that nothing is attached to, and proves that a snapshot can keep its store there.
 * @returns the descriptor, and the chunk of the store that is there or will be begun
 */
export function openCowFile(cow: Image, held: HeldDescriptors): { descriptor: number; chunk: Sectors } {
  let descriptor: number;
  try {
    descriptor = held.hold(openImage(cow, 'write'));
  } catch (error) {
    if (isSystemError(error, 'EROFS'))
      throw new Refusal(`cow ${cow.path} is on a read-only filesystem: a snapshot has to write to it`);
    if (isSystemError(error, 'EACCES', 'EPERM'))
      throw new Refusal(`no permission to write cow ${cow.path}: run as root`);
    throw error;
  }
  return { descriptor, chunk: checkStore(descriptor, cow) };
}

/**
 * Checks what the cow holds by its header, before anything is made of it.
 * @returns the chunk of its store; of a blank one, as the configuration has it
 * @throws Refusal when the store overflowed, has a chunk size that is never ours, or is something else altogether
 */
export function checkStore(descriptor: number, cow: Image): Sectors {
  const header = parseStoreHeader(addon().readAt(descriptor, 0, HEADER_BYTES));
  const chunk = header.kind === 'blank' ? configuration().chunk : CHUNK;
  if (header.kind === 'foreign' || (header.kind === 'blank' && !isBlank(descriptor, chunk)))
    throw new Refusal(
      `cow ${cow.path} holds something other than a snapshot store (invalid or corrupt): ` +
        'give another file, or an empty one',
    );
  if (header.kind === 'blank') return chunk;
  if (!isOurChunk(header.chunk))
    throw new Refusal(
      `cow ${cow.path} has a chunk size of ${header.chunk} sectors, not ${CHUNK}: it was made by another program; give a new cow`,
    );
  if (!header.valid) throw lostStore(cow);
  return header.chunk;
}

/** Bytes: past the first superblock of every filesystem that Linux knows; that of btrfs lies at 64 KiB. */
const BLANK_BYTES = 1024 * 1024;

/**
 * The kernel takes any cow that starts with four zero bytes for an empty one and writes over it. A filesystem's image
 * starts with zeros too, so nothing but zeros may lie in the first MiB, nor in the chunks that the kernel writes first.
 */
function isBlank(descriptor: number, chunk: Sectors): boolean {
  return addon().startsWithZeros(descriptor, Math.max(BLANK_BYTES, 2 * chunkBytes(chunk)));
}
