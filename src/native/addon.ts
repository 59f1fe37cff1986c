import { host } from '../host/host.ts';

/** State of one device-mapper device, with its targets (table or status, by the call that gave it). */
export interface DeviceState {
  major: number;
  minor: number;
  /** How many have it open: processes, the kernel's own users, and device-mapper devices above it. */
  openCount: number;
  suspended: boolean;
  liveTable: boolean;
  inactiveTable: boolean;
  targets: TargetLine[];
}

/** The targets are those of its table. */
export interface FullState extends DeviceState {
  /** The targets' own account of how they are. */
  status: TargetLine[];
}

/** One line of a table or of a status; start and length in sectors. */
export interface TargetLine {
  start: number;
  length: number;
  type: string;
  parameters: string;
}

/** What LOOP_GET_STATUS64 tells of a loop device that is in use. */
export interface LoopStatus {
  /** st_dev of the file behind it. */
  device: bigint;
  /** st_ino of the file behind it. */
  inode: bigint;
  /** st_rdev of the file behind it where that is a block device, else 0. */
  fileRdev: bigint;
  /** Bytes. */
  offset: bigint;
  /** Bytes; 0 is no limit. */
  sizeLimit: bigint;
  /** LO_FLAGS of linux/loop.h. */
  flags: number;
}

/** A loop device that is in use. */
export interface AttachedLoop extends LoopStatus {
  /** As the kernel has it: loop0. */
  name: string;
  rdev: bigint;
}

/** With size and allocated of the file, in bytes; null where its path does not lead to it. */
export interface LoopAnswer extends AttachedLoop {
  size: number | null;
  allocated: number | null;
}

/** What stat tells of a file. */
export interface FileStatus {
  kind:
    | 'file'
    | 'block device'
    | 'directory'
    | 'socket'
    | 'named pipe'
    | 'symbolic link'
    | 'character device';
  device: bigint;
  inode: bigint;
  rdev: bigint;
  /** Bytes. */
  size: number;
  /** Bytes that it takes on its filesystem. */
  allocated: number;
  /** When its bytes were last changed, in milliseconds since 1970. */
  modified: number;
  /** The same in nanoseconds. */
  changed: bigint;
  user: number;
  group: number;
  /** Permission bits. */
  mode: number;
  /** How many names it has. */
  links: number;
}

/** A piece of a file that takes space; in bytes. */
export interface Extent {
  start: number;
  length: number;
  /** Where it lies on its filesystem; null where that tells nothing of the single bytes (compressed, in the inode). */
  physical: number | null;
  /** Other files, or another place of this one, have it as well. */
  shared: boolean;
  /** It takes space and reads as zeros. */
  unwritten: boolean;
}

/** The functions of src/native/addon, as C exports them. Each throws a SystemError. */
export interface Addon {
  createDevice(name: string): { major: number; minor: number };
  mendNode(name: string): void;
  loadTable(name: string, length: number, type: string, parameters: string): void;
  clearInactiveTable(name: string): void;
  suspendDevice(name: string): void;
  resumeDevice(name: string, cookie: number, flags: number): void;
  removeDevice(name: string, cookie: number, flags: number): void;
  deviceTable(name: string): DeviceState | null;
  deviceStatus(name: string): DeviceState | null;
  /** Table and status of many, in the order of their names; null for what is not there any more. */
  devicesInFull(names: readonly string[]): (FullState | null)[];
  deviceNames(): string[];
  targetTypes(): string[];
  /** Of libdevmapper, and of the kernel's driver; null where that does not answer. */
  deviceMapperVersions(): { library: string; driver: string | null };
  createUdevCookie(): number;
  waitForUdev(cookie: number, milliseconds: number): boolean;
  freeLoopNumber(): number;
  configureLoop(loop: number, file: number, flags: number, name: string): void;
  loopStatus(loop: number): LoopStatus | null;
  /** All that are in use, without asking them: what sysfs shows. */
  loopFiles(): { name: string; file: string }[];
  /** What these are attached to: null for one that cannot tell, or is not in use any more. */
  askLoops(names: readonly string[]): (AttachedLoop | null)[];
  /**
   * The same, asked by another process, one after the other, with the files' paths and filesystems: false of the first where one of
   * the three tells nothing (and does not fail either) within that time, and of all behind it.
   */
  loopAnswers(
    loops: readonly { name: string; file: string }[],
    milliseconds: number,
  ): (LoopAnswer | null | false)[];
  /**
   * One block is read of each of these nodes, past the page cache, all at once, by another process: true, the code of the error, or
   * false where there is no answer within that time. That process stays until there is one.
   */
  blockAnswers(nodes: readonly string[], milliseconds: number): (boolean | string)[];
  refreshLoopSize(loop: number): void;
  /** From now on through the page cache; what was written is on its way to the disk first. */
  stopDirectIo(loop: number): void;
  /** At once where nobody else has it open, else when the last one closes it; nothing where it is free. */
  detachLoop(loop: number): void;
  /** From now on it stays also when nobody has it open. */
  keepLoop(loop: number): void;
  fileStatus(path: string): FileStatus | null;
  /** The same of a symbolic link itself. */
  linkStatus(path: string): FileStatus | null;
  resolveFile(path: string): (FileStatus & { path: string }) | null;
  descriptorStatus(descriptor: number): FileStatus;
  openFile(path: string, flags: number, mode: number): number;
  listFolder(path: string): string[];
  readLink(path: string): string | null;
  readText(path: string): string | null;
  /** All that a file of /proc says, however long. */
  readWholeText(path: string): string;
  /** The number of the mount that a path leads to, as /proc/self/mountinfo has it; null before Linux 5.8. */
  mountNumber(path: string): number | null;
  makeFolder(path: string, mode: number): void;
  removeFile(path: string): void;
  linkTemporaryFile(descriptor: number, path: string): void;
  renameFile(from: string, to: string): void;
  linkFile(from: string, to: string): void;
  fileAttribute(path: string, name: string): string | null;
  setFileAttribute(path: string, name: string, value: string): boolean;
  removeFileAttribute(path: string, name: string): void;
  makeLink(target: string, path: string): void;
  removeFolder(path: string): void;
  setFolderMode(path: string, mode: number): void;
  /** O_ flags of fcntl.h; O_CLOEXEC is always set. */
  openFlags: Record<
    | 'readOnly'
    | 'writeOnly'
    | 'readWrite'
    | 'append'
    | 'truncate'
    | 'create'
    | 'exclusive'
    | 'noFollow'
    | 'nonBlocking'
    | 'temporary'
    | 'path',
    number
  >;
  closeFile(descriptor: number): void;
  lockFile(descriptor: number): boolean;
  removedLockHolder(descriptor: number): number;
  readAt(descriptor: number, position: number, length: number): ArrayBuffer;
  startsWithZeros(descriptor: number, length: number): boolean;
  /** The magic number of its filesystem (linux/magic.h). */
  filesystemType(descriptor: number): number;
  /** ETIMEDOUT where the end does not come within 20 s. */
  readInput(descriptor: number, longest: number, text: string): Uint8Array | null;
  /** What comes next, 1 MiB at most, however long that takes; nothing at its end. */
  readNext(descriptor: number, most: number): Uint8Array;
  /** ETIMEDOUT where it is a pipe or a terminal that takes nothing for five seconds. */
  writeText(descriptor: number, text: string): void;
  /** The same for somebody who reads a page at a time, however long that takes. */
  writeAnswer(descriptor: number, text: string): void;
  /**
   * Writes an attribute of sysfs, by another process: false where the kernel is not done with it within that time. It may be done
   * later then.
   */
  writeAttribute(path: string, text: string, milliseconds: number): boolean;
  /** The same with what another attribute says, where this one says `former`. */
  copyAttribute(source: string, path: string, former: string, milliseconds: number): boolean;
  isTerminal(descriptor: number): boolean;
  growFile(descriptor: number, size: number): void;
  setOwner(descriptor: number, user: number, group: number, mode: number): void;
  syncFile(descriptor: number): void;
  blockDeviceSize(descriptor: number): number;
  blockDeviceSequence(descriptor: number): bigint | null;
  digHole(descriptor: number, position: number, length: number): void;
  writeZeros(descriptor: number, position: number, length: number): void;
  nextData(descriptor: number, position: number): { start: number; end: number } | null;
  digZeros(descriptor: number, position: number, length: number, block: number): number;
  /** An empty file becomes a clone of another: it shares all blocks until one of them is written. */
  cloneFile(source: number, target: number): void;
  /** By its own account the target was last changed when the source was. */
  copyModified(source: number, target: number): void;
  /** Bytes of the filesystem that a path is on; `available` is what df calls so. All 0 where it has no bound. */
  filesystemRoom(path: string): { all: number; available: number };
  reserveFile(descriptor: number, length: number): void;
  /** Whether btrfs writes the file's blocks in place. */
  isNoCopyOnWrite(descriptor: number): boolean;
  /** From there on, in order, 256 at most; none when there are no more. */
  nextExtents(descriptor: number, position: number): Extent[];
  /** 32 bits for each whole block (Uint32), 0 for one of zeros, or behind the end; 64 MiB at most. */
  blockChecksums(descriptor: number, position: number, length: number, block: number): ArrayBuffer;
  /** Bytes that are shared now, from the beginning on; 0 where they are not the same. The kernel compares: none changes. */
  shareRange(source: number, from: number, destination: number, to: number, length: number): number;
  /** Copies bytes to the same place of another file; how many, fewer where the source ends. */
  copyRange(source: number, target: number, position: number, length: number): number;
  /** All of the bytes, at that place of a file; its own position stays where it is. */
  writeAt(descriptor: number, position: number, bytes: Uint8Array): void;
  /** Returns when all that was written to the filesystem of the file is on disk. */
  syncFilesystem(descriptor: number): void;
  takeLease(descriptor: number): boolean;
  giveLeaseBack(descriptor: number): void;
  sleepMilliseconds(milliseconds: number): void;
  holdSignals(): void;
  releaseSignals(): void;
  connectUnixSocket(path: string, milliseconds: number): number;
  sendBytes(descriptor: number, bytes: Uint8Array, milliseconds: number): void;
  receiveBytes(descriptor: number, length: number, milliseconds: number): Uint8Array;
  /** Tells the other end that there is no more to come. */
  endSending(descriptor: number): void;
  /** What comes next, 64 KiB at most; nothing at its end. */
  receiveNext(descriptor: number, milliseconds: number): Uint8Array;
  sendDatagram(path: string, text: string): void;
  /** 64 bits in hexadecimal, for what a disk has made of a text: they keep nobody from making another with the same. */
  checksum(text: string): string;
}

let loaded: Addon | undefined;

/**
 * The addon, loaded at the first call: a command that fails before it needs the kernel does not pay for it.
 * Where it is a file, it lies beside the executable and nowhere else: nothing of the current folder or the environment is
 * asked.
 * @throws Refusal when it cannot be loaded
 */
export function addon(): Addon {
  loaded ??= host.loadAddon() as Addon;
  return loaded;
}

/** From now on this is the addon: for what watches the calls of another. */
export function replaceAddon(other: Addon): void {
  loaded = other;
}

/**
 * Loads the addon from another place than beside the executable: for programs that run under Node (the tests).
 * @param path absolute path of block-snapshot.node
 * @throws Refusal
 */
export function loadAddonFrom(path: string): Addon {
  loaded = host.loadAddon(path) as Addon;
  return loaded;
}
