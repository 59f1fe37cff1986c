import { dirname, join } from 'node:path';

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
  /** Bytes. */
  offset: bigint;
  /** Bytes; 0 is no limit. */
  sizeLimit: bigint;
  /** LO_FLAGS of linux/loop.h. */
  flags: number;
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
  deviceNames(): string[];
  targetTypes(): string[];
  createUdevCookie(): number;
  waitForUdev(cookie: number, milliseconds: number): boolean;
  freeLoopNumber(): number;
  configureLoop(loop: number, file: number, flags: number, name: string): void;
  loopStatus(loop: number): LoopStatus | null;
  refreshLoopSize(loop: number): void;
  lockFile(descriptor: number): boolean;
  blockDeviceSize(descriptor: number): number;
  blockDeviceSequence(descriptor: number): bigint | null;
  linkTemporaryFile(descriptor: number, path: string): void;
  sleepMilliseconds(milliseconds: number): void;
  holdSignals(): void;
  releaseSignals(): void;
  connectUnixSocket(path: string, milliseconds: number): number;
  sendBytes(descriptor: number, bytes: Buffer, milliseconds: number): void;
  receiveBytes(descriptor: number, length: number, milliseconds: number): Buffer;
  sendDatagram(path: string, text: string): void;
}

let loaded: Addon | undefined;

/**
 * The addon, loaded at the first call: a command that fails before it needs the kernel does not pay for it.
 * It lies beside the executable and nowhere else: nothing of the current folder or the environment is asked.
 */
export function addon(): Addon {
  loaded ??= loadAddonFrom(join(dirname(process.execPath), 'block-snapshot.node'));
  return loaded;
}

/**
 * Loads the addon from another place than beside the executable: for programs that run under Node (the tests).
 * @param path absolute path of block-snapshot.node
 */
export function loadAddonFrom(path: string): Addon {
  const module = { exports: {} };
  process.dlopen(module, path);
  loaded = module.exports as Addon;
  return loaded;
}
