// The filesystem that stories happen on: on a device whose writes can be recorded, so that the power can fail.
import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { loadModules } from '../../kernel/guest/filesystems/modules.ts';
import { MEBIBYTE, makeImage, newFolder } from '../../kernel/guest/images.ts';
import { must, run } from '../../kernel/guest/programs.ts';

export const FILESYSTEM_DEVICE = 'chaos-filesystem';
const NODE = `/dev/mapper/${FILESYSTEM_DEVICE}`;

interface FilesystemKind {
  megabytes: number;
  make: readonly string[];
  clones: boolean;
  modules: readonly string[];
  /** What finds faults in one that is not mounted, and changes nothing. */
  check: readonly string[];
}

/** As small as each may be, for a copy is made of all of it; mkfs.xfs makes none as small but for its own tests, which set these variables. */
const KINDS: Readonly<Record<string, FilesystemKind>> = {
  ext4: {
    megabytes: 64,
    make: ['mkfs.ext4', '-q', '-b', '4096', '-E', 'lazy_itable_init=0,lazy_journal_init=0'],
    clones: false,
    modules: [],
    check: ['e2fsck', '-fn'],
  },
  xfs: {
    megabytes: 96,
    make: ['env', 'TEST_DIR=1', 'TEST_DEV=1', 'QA_CHECK_FS=1', 'mkfs.xfs', '-q'],
    clones: true,
    modules: ['xfs'],
    check: ['xfs_repair', '-n'],
  },
  btrfs: {
    megabytes: 128,
    make: ['mkfs.btrfs', '-q', '-M'],
    clones: true,
    modules: ['btrfs'],
    check: ['btrfs', 'check'],
  },
};

export type FilesystemName = keyof typeof KINDS & string;

/** How long is waited for what a filesystem gives back. */
const MOST_MILLISECONDS = 5000;

/** A filesystem that is mounted. */
export class Filesystem {
  readonly point: string;
  readonly clones: boolean;
  readonly sectors: number;
  /** The file that it lies in. */
  readonly image: string;
  readonly #kind: FilesystemKind;
  #loop = '';

  /** @throws Error where nothing is known of one of that name */
  constructor(name: string) {
    const kind = KINDS[name];
    if (kind === undefined) throw new Error(`FILESYSTEM=${name} is none of ${Object.keys(KINDS).join(', ')}`);
    loadModules(...kind.modules);
    this.#kind = kind;
    const folder = newFolder();
    this.point = `${folder}/on`;
    this.clones = kind.clones;
    this.sectors = (kind.megabytes * MEBIBYTE) / 512;
    mkdirSync(this.point);
    this.image = makeImage(`${folder}/filesystem`, kind.megabytes * MEBIBYTE);
    const [program = '', ...options] = kind.make;
    must(program, ...options, this.image);
    this.mount();
  }

  mount(): void {
    this.#loop = must('losetup', '-f', '--show', this.image);
    must('dmsetup', 'create', FILESYSTEM_DEVICE, '--table', `0 ${this.sectors} linear ${this.#loop} 0`);
    must('mount', NODE, this.point);
  }

  unmount(): void {
    must('umount', this.point);
    must('dmsetup', 'remove', FILESYSTEM_DEVICE);
    must('losetup', '-d', this.#loop);
  }

  /** @throws Error where it has a fault */
  check(): void {
    const [program = '', ...options] = this.#kind.check;
    must(program, ...options, this.image);
  }

  /** From now on each write to its disk is recorded. @param log the device that they are recorded on */
  record(log: string): void {
    // On Linux 6.1 btrfs is not frozen with its device: what it has not written yet would be lost before the power fails.
    must('sync', '-f', this.point);
    must('dmsetup', 'suspend', FILESYSTEM_DEVICE);
    must(
      'dmsetup',
      'load',
      FILESYSTEM_DEVICE,
      '--table',
      `0 ${this.sectors} log-writes ${this.#loop} ${log}`,
    );
  }

  goOn(): void {
    must('dmsetup', 'resume', FILESYSTEM_DEVICE);
  }

  mark(name: string): void {
    must('dmsetup', 'message', FILESYSTEM_DEVICE, '0', 'mark', name);
  }

  /** Leaves it that much room. @param left KiB @returns what gives it back */
  fill(left: number): () => void {
    const path = `${this.point}/fills-it`;
    const { bavail, bsize } = statfsSync(this.point);
    const bytes = Math.max(0, bavail * bsize - left * 1024);
    run('fallocate', ['-l', String(bytes), path]);
    return () => {
      rmSync(path, { force: true });
      // XFS gives back a little later what a removed file has had: until then it says that it is full.
      const limit = Date.now() + MOST_MILLISECONDS;
      while (statfsSync(this.point).bavail * bsize < bytes / 2 && Date.now() < limit);
    };
  }

  remove(): void {
    this.unmount();
    rmSync(this.image);
  }
}
