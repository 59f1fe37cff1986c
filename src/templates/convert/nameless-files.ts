import { statusIfThere } from '../../devices/kernel/if-there.ts';
import type { Image } from '../../devices/kernel/images.ts';
import { ownLike } from '../../devices/kernel/open-descriptor.ts';
import { syncFolder } from '../../devices/kernel/sync-folder.ts';
import type { Undo } from '../../devices/kernel/undo.ts';
import { nameWhole } from '../../devices/kernel/whole-file.ts';
import { folderOf } from '../../devices/plan/folder-of.ts';
import { addon } from '../../native/addon.ts';
import { markConverted } from './left-over.ts';

/** Files that a conversion makes beside an image: without names as long as they are not whole, so that they go with the process. */
export class NamelessFiles {
  readonly #image: Image;
  readonly #files: { descriptor: number; path: string }[] = [];

  constructor(image: Image) {
    this.#image = image;
  }

  /** @param path that it is going to have. @throws SystemError */
  open(path: string): number {
    const { temporary, readWrite } = addon().openFlags;
    const descriptor = addon().openFile(folderOf(path), temporary | readWrite, 0o600);
    this.#files.push({ descriptor, path });
    ownLike(this.#image, descriptor);
    return descriptor;
  }

  /**
   * Gives all of them their names, which are on disk then, and so is what they hold.
   * @param undo gets what takes the names away again
   * @throws SystemError
   */
  nameAll(undo: Undo): void {
    for (const { descriptor, path } of this.#files) {
      markConverted(descriptor, path);
      const { inode } = addon().descriptorStatus(descriptor);
      undo.add(() => {
        if (statusIfThere(path)?.inode === inode) addon().removeFile(path);
      });
      nameWhole(descriptor, path);
    }
    syncFolder(this.#image.path);
  }

  close(): void {
    for (const { descriptor } of this.#files.splice(0)) addon().closeFile(descriptor);
  }
}
