import type { DerivedLabel } from '../devices/plan/derived-label.ts';
import type { DeviceNumber } from '../devices/plan/device-number.ts';
import type { ImageKey } from '../devices/plan/image-key.ts';
import type { Bytes } from '../devices/plan/units.ts';
import type { ReflinkType } from '../devices/request/device-types.ts';
import type { Driver } from '../libvirt/hook-call.ts';
import type { FilePlace, Filesystem } from './facts.ts';

/** What there is, as a tree: what `list` prints and `graph` draws. docs/list.md describes it field by field. */
export interface Overview {
  templates: Template[];
  /** Disks that are clones of files. */
  clones: Clone[];
  /** Other loop devices that carry none of our devices, and with whom they are in use. */
  loops: SpareLoop[];
  /** Records of attached disks whose device is not there. */
  staleRecords: StaleRecord[];
  /** The filesystems that images lie on, and what can still be written there. */
  filesystems: FilesystemRoom[];
}

export interface FilesystemRoom extends Filesystem {
  /** What can still be written to cows, and to images of templates that run, before they are as large as they can get. */
  unwritten: Bytes;
  fits: boolean;
}

/** A base image and all that lies on it. */
export interface Template {
  base: Image;
  /** The size of the disk that VMs see; undefined where no device has a table. */
  size: Bytes | undefined;
  /** The template that it was derived from, as that was called then; undefined for one that was not. */
  derived: DerivedLabel | undefined;
  origin: Origin | undefined;
  /** First layers: each is a version of the template. The present one comes first. */
  versions: Layer[];
}

/** A file, or a block device, that is used as base or cow. */
export interface Image {
  path: string | undefined;
  place: FilePlace;
  key: ImageKey | undefined;
  size: Bytes | undefined;
  allocated: Bytes | undefined;
  /** /dev/loopN where it is a file. */
  loop: string | undefined;
  device: DeviceNumber | undefined;
}

/** What all devices have. */
interface Device {
  name: string;
  device: DeviceNumber;
  suspended: boolean;
  users: User[];
  /** How many more have it open than can be named. */
  unknownUsers: number;
  /** Nobody has it open, and no VM that is there claims it. */
  unused: boolean;
}

export interface Origin extends Device {
  state: 'active' | 'unfinished' | 'foreign';
  size: Bytes | undefined;
}

export interface Layer extends Device {
  state: LayerState;
  /** Whether it is there to write its blocks back to the base (a revert), however far that is. */
  merge: boolean;
  /** What its VMs see is lost, because a layer under it does not serve any more. */
  onBroken: boolean;
  size: Bytes | undefined;
  cow: Image;
  fill: Fill | undefined;
  /** Whether a newer version of the template was committed since; undefined where that cannot be told. */
  outdated: boolean | undefined;
  layers: Layer[];
}

/**
 * - active: it serves; merging: its blocks are being written back into the base (a revert);
 * - invalid, overflow, merge failed: as the kernel says; its blocks are lost, or the merge did not go on;
 * - unfinished: it has no table, because its maker was killed; the next prepare or cleanup mends it;
 * - foreign: its table is not what its name says;
 * - unknown: the kernel does not say.
 */
export type LayerState =
  | 'active'
  | 'merging'
  | 'invalid'
  | 'overflow'
  | 'merge failed'
  | 'unfinished'
  | 'foreign'
  | 'unknown';

/** How full the store of a layer is. */
export interface Fill {
  used: Bytes;
  all: Bytes;
  /** Of what is used, the part that is the store's own book-keeping. */
  metadata: Bytes;
}

export type User =
  | VmUser
  | LibvirtUser
  | { kind: 'process'; pid: number; name: string }
  | { kind: 'mount'; path: string }
  /** Another block device that is built on it: a partition, a logical volume. */
  | { kind: 'device'; name: string };

/** A disk of one of Xen's VMs. */
export interface VmUser {
  kind: 'vm';
  domain: number;
  /** Undefined where xenstore did not tell. */
  name: string | undefined;
  /** Xenstore does not know the domain: it is gone, and its record is left over. */
  gone: boolean;
  disk: number;
  /** Whether the kernel's backend has the device open for it. */
  connected: boolean;
  recorded: boolean;
}

/** A disk that libvirt's hook has claimed for a domain, whether or not anybody has it open yet. */
export interface LibvirtUser {
  kind: 'libvirt';
  driver: Driver;
  uuid: string;
  /** Undefined where the links of its disks do not tell. */
  name: string | undefined;
  /** Of the disk, such as vda. */
  target: string;
}

/** A disk that is a clone of a file, and its loop device. */
export interface Clone {
  /** /dev/loopN */
  node: string;
  device: DeviceNumber;
  type: ReflinkType;
  /** What is written of it. */
  file: Image;
  /** The disk's X.img. */
  image: string;
  /** The template's image; undefined where no record says which. */
  source: string | undefined;
  /** Whether a newer version of the template was committed since it was made; undefined where that cannot be told, or it is kept. */
  outdated: boolean | undefined;
  users: User[];
  /** Nobody is seen to have it open, and no VM that is there claims it. */
  unused: boolean;
}

export interface SpareLoop {
  node: string;
  device: DeviceNumber;
  file: Image;
  users: User[];
  /** It carries no device, no mounted filesystem and no VM's disk, and no process has it open. */
  unused: boolean;
}

export interface StaleRecord {
  record: string;
  /** Whose it is. */
  user: VmUser | LibvirtUser;
  /** The device that it names, or the node where that is a loop device. */
  device: string;
}

/** All layers of a template, the first ones before those that lie on them. */
export function* layersOf(layers: readonly Layer[]): Generator<Layer> {
  for (const layer of layers) {
    yield layer;
    yield* layersOf(layer.layers);
  }
}

/** Whether a layer serves no longer. */
export function isBroken(state: LayerState): boolean {
  return state === 'invalid' || state === 'overflow' || state === 'merge failed';
}
