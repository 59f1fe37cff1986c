import type { DerivedLabel } from '../devices/plan/derived-label.ts';
import type { DeviceIdentity } from '../devices/plan/device-names.ts';
import type { DeviceNumber } from '../devices/plan/device-number.ts';
import type { ImageKey } from '../devices/plan/image-key.ts';
import type { SnapshotStatus } from '../devices/plan/snapshot-status.ts';
import type { SnapshotTable } from '../devices/plan/snapshot-table.ts';
import type { Bytes } from '../devices/plan/units.ts';
import type { ReflinkType } from '../devices/request/device-types.ts';
import type { ClaimedDisk } from '../libvirt/claimed-disks.ts';

/** Everything that was seen, as the kernel, the records and xenstore said it. Nothing in here is concluded. */
export interface Facts {
  /** Our devices, by what they are called. */
  devices: MappedDevice[];
  /** All loop devices that are attached to a file. */
  loops: LoopDevice[];
  /** Other block devices that lie under ours: their nodes, by number. */
  nodes: ReadonlyMap<DeviceNumber, BlockNode>;
  /** The file at the place of a template's own cow, by the path of the template's image; undefined where there is none. */
  ownCows: ReadonlyMap<string, ImageKey | undefined>;
  /** What images say that they were derived from, by their paths. */
  derived: ReadonlyMap<string, DerivedLabel>;
  /** The filesystems that images lie on, by st_dev of their files; subvolumes of one share it. */
  filesystems: ReadonlyMap<bigint, Filesystem>;
  /** Loop devices of disks that are clones. */
  clones: CloneDevice[];
  /** Disks of Xen's VMs. */
  disks: VmDisk[];
  /** Disks that libvirt's hook has claimed. */
  claimed: ClaimedDisk[];
  /** The names of domains: undefined for a domain that xenstore does not know (any more), none where it did not answer. */
  domainNames: ReadonlyMap<number, string | undefined>;
  /** Who else has block devices open, looked for where it is not accounted for by our devices and by disks of VMs. */
  openers: Opener[];
}

/** A filesystem that has a bound. */
export interface Filesystem {
  /** Where it is mounted. */
  point: string;
  size: Bytes;
  /** What is left for everybody. */
  available: Bytes;
}

/** A device-mapper device with one of our names. */
export interface MappedDevice {
  name: string;
  /** What the name says. */
  identity: DeviceIdentity;
  device: DeviceNumber;
  openCount: number;
  suspended: boolean;
  target: MappedTarget;
}

/** What its live table is. */
export type MappedTarget =
  | { kind: 'snapshot'; table: SnapshotTable; status: SnapshotStatus; merging: boolean }
  | { kind: 'origin'; base: DeviceNumber; size: Bytes }
  /** It was made and never finished: its maker was killed. */
  | { kind: 'none' }
  /** Something that we do not make. */
  | { kind: 'foreign' };

export interface LoopDevice {
  /** /dev/loopN */
  node: string;
  device: DeviceNumber;
  /** Of the file behind it; undefined where its filesystem does not answer. */
  key: ImageKey | undefined;
  /** Whether it shows all of its file. */
  whole: boolean;
  file: BackingFile;
}

/** The loop device of a disk that is a clone of a file. */
export interface CloneDevice {
  loop: LoopDevice;
  type: ReflinkType;
  /** The disk's X.img; the file of the loop device is what is written. */
  image: string;
  /** The template's image, where a record says which; of a template's own run it is none. */
  source: string | undefined;
  /** The version that a disk which is made anew at each start was made of, and what the template's newest is now. */
  version: ImageKey | undefined;
  newest: ImageKey | undefined;
}

/** The file behind a loop device. */
export interface BackingFile {
  /** The path by which the kernel knows it now; renames show. Undefined where the kernel cannot tell. */
  path: string | undefined;
  /**
   * - present: that path leads to this very file;
   * - deleted: the file has no name any more (or not that one);
   * - replaced: another file has that name;
   * - unreachable: it cannot be looked at from here.
   */
  place: FilePlace;
  /** Length and what it takes on its filesystem, of a file that is present. */
  size: Bytes | undefined;
  allocated: Bytes | undefined;
}

export type FilePlace = 'present' | 'deleted' | 'replaced' | 'unreachable';

/** A block device that is used as an image. */
export interface BlockNode {
  path: string;
  /** The key of its node. */
  key: ImageKey | undefined;
}

/** A disk of one of Xen's VMs on one of our devices. */
export interface VmDisk {
  domain: number;
  /** The number of the disk in the VM, such as 51712. */
  disk: number;
  /** What says so: the record of the hotplug script, the kernel's own backend, or both. */
  recorded: boolean;
  connected: boolean;
  /** The name of the record, without its suffix. */
  record: string | undefined;
  /** The device by its name, or its node where it is a loop device, as the record has it; by its number, as the kernel has it. */
  name: string | undefined;
  device: DeviceNumber | undefined;
}

/** Who has a block device open: one for each descriptor, mount, and device that is built on it. */
export type Opener =
  | { kind: 'process'; device: DeviceNumber; pid: number; name: string }
  | { kind: 'mount'; device: DeviceNumber; path: string }
  | { kind: 'device'; device: DeviceNumber; name: string };
