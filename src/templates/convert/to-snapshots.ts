import { configuration } from '../../devices/configuration.ts';
import { type BaseVersion, newVersion, readBaseVersion } from '../../devices/kernel/base-version.ts';
import { writeEmptyCow } from '../../devices/kernel/cow-file.ts';
import { waitUntilPast } from '../../devices/kernel/file-clock.ts';
import { removeIfThere, statusIfThere } from '../../devices/kernel/if-there.ts';
import { type Image, requireImage } from '../../devices/kernel/images.ts';
import { writeStoreLabel } from '../../devices/kernel/label-file.ts';
import { mountOf } from '../../devices/kernel/mounts.ts';
import { openImage, openPath, openToRead, withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import { chunkBytes, storeSize } from '../../devices/plan/exception-store.ts';
import { imageKey } from '../../devices/plan/image-key.ts';
import type { Version as VersionId } from '../../devices/plan/label.ts';
import { ownCow, revisionPath } from '../../devices/plan/own-cow.ts';
import { bytes, sectorsOf } from '../../devices/plan/units.ts';
import { addon } from '../../native/addon.ts';
import { requireNotRunning } from '../../reflink/template.ts';
import { type Version, versionsOf } from '../../reflink/versions.ts';
import { Refusal } from '../../words/refusal.ts';
import { noteEnd } from '../revisions.ts';
import { requireUnusedTemplate } from '../trim.ts';
import type { Way } from './carry-out.ts';
import type { Conversion } from './conversion.ts';
import { differences } from './differences.ts';
import { versionPaths } from './left-over.ts';
import type { NamelessFiles } from './nameless-files.ts';
import { StoreWriter } from './store-writer.ts';

/** An undo, which makes a former version of the one after it. */
export interface MadeUndo {
  path: string;
  former: Version;
  after: Version;
}

/**
 * Looks at a template of clones that is to be one of snapshots. The caller holds its locks.
 * @returns the undos that it gets, of the last run first
 * @throws Refusal where it is in use, or something of it would be lost
 */
export function planToSnapshots({ template, volume, nameUser }: Omit<Conversion, 'progress'>): MadeUndo[] {
  const { image, cow } = template;
  requireNotRunning(volume);
  if (statusIfThere(volume.dirty) !== undefined)
    throw new Refusal(
      `template ${image.path} has what its last run wrote, which is not committed (${volume.dirty}): ` +
        `block-snapshot commit ${image.path} first, or remove that file`,
    );
  requireUnusedTemplate(image, nameUser);
  if (cow.path !== ownCow(image.path))
    throw new Refusal(
      `template ${image.path} would have its cow elsewhere (${cow.path}, by a link): remove that link first`,
    );
  const others = requireImage(image).links - 1 - secondNames(image.path, image.key).length;
  if (others > 0)
    throw new Refusal(
      `template ${image.path} would be written in place from then on, and its file has ${others} more name${others === 1 ? '' : 's'}, ` +
        `as the disks of VMs have that are clones of it: stop those VMs first (find ${mountOf(image.path)?.point ?? '/'} -xdev ` +
        `-samefile ${image.path} shows the names)`,
    );
  const [newest, ...former] = versionsOf(volume);
  const other = former.findIndex(({ size }) => size !== newest?.size);
  if (other >= 0)
    throw new Refusal(
      `revision ${other + 1} of ${image.path} has another size (${former[other]?.path}), and no undo leads there: remove it, and ` +
        `what is older (${former
          .slice(other)
          .map(({ path }) => path)
          .join(', ')}), then convert`,
    );
  return former.map((version, index) => ({
    path: revisionPath(cow.path, index + 1),
    former: version,
    after: (index === 0 ? newest : former[index - 1]) as Version,
  }));
}

/** The names of versions that are the newest one itself: what a killed commit has left. */
function secondNames(image: string, key: string): string[] {
  return versionPaths(image).filter(path => {
    const status = statusIfThere(path);
    return status !== undefined && imageKey(status.device, status.inode) === key;
  });
}

/**
 * Makes a template of clones one of snapshots: what each former version has else than the one after it becomes an undo; then it gets an
 * empty cow, which makes it come about.
 */
export const TO_SNAPSHOTS: Way<MadeUndo> = {
  plan: planToSnapshots,
  make: writeUndos,
  source: 'versions',
  sourceOf: ({ former }) => former.key,
  replacedBy: ({ former }) => former.path,
  // Written in place, the image would change them.
  clear: ({ template: { image }, volume }) => {
    for (const path of [volume.precache, ...secondNames(image.path, image.key)]) removeIfThere(path);
  },
  comeAbout: ({ template: { image, cow } }, undo) => {
    const settings = configuration();
    // Where it cannot be taken back, the undos stay with it.
    undo.addUppermost(() => removeIfThere(cow.path));
    writeEmptyCow(cow.path, storeSize(sectorsOf(image.size), settings.chunk), image, settings);
  },
};

/** Each undo is a store that keeps, on the version after it, what the former one has else. */
async function writeUndos(
  plan: readonly MadeUndo[],
  files: NamelessFiles,
  { template: { image }, progress }: Conversion,
): Promise<void> {
  const base = versionOf(image);
  progress.start(image.size * plan.length);
  try {
    let below = base.is ?? [];
    for (const [index, { path, former, after }] of plan.entries()) {
      const descriptor = files.open(path);
      const done = image.size * index;
      await writeUndo(descriptor, former.path, after.path, image.size, position =>
        progress.update(done + position),
      );
      noteEnd(openPath(descriptor), Math.floor(after.changed));
      below = [label({ descriptor, path }, base, below)];
    }
  } finally {
    progress.end();
  }
}

function versionOf(image: Image): BaseVersion {
  return withDescriptor(openImage(image, 'read'), descriptor =>
    readBaseVersion({ descriptor, path: image.path }, false),
  );
}

/** @returns what is seen through the store */
function label(
  file: { descriptor: number; path: string },
  base: BaseVersion,
  below: readonly VersionId[],
): VersionId {
  const gives = newVersion();
  waitUntilPast(base.changed);
  writeStoreLabel(file, { gives, on: below, base: base.inode, at: undefined });
  return gives;
}

async function writeUndo(
  store: number,
  former: string,
  after: string,
  size: number,
  report: (position: number) => void,
): Promise<void> {
  const { chunk } = configuration();
  const writer = new StoreWriter(store, chunk);
  const [one, other] = [former, after].map(openToRead) as [number, number];
  try {
    for await (const found of differences(one, other, size, chunkBytes(chunk), report))
      writer.keep(found.number, found.bytes);
  } finally {
    for (const descriptor of [one, other]) addon().closeFile(descriptor);
  }
  writer.end(storeSize(sectorsOf(bytes(size)), chunk));
}
