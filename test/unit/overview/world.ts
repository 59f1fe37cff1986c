import type { DerivedLabel } from '../../../src/devices/plan/derived-label.ts';
import { deviceName } from '../../../src/devices/plan/device-names.ts';
import { type DeviceNumber, deviceNumber } from '../../../src/devices/plan/device-number.ts';
import { type ImageKey, imageKey } from '../../../src/devices/plan/image-key.ts';
import { ownCow } from '../../../src/devices/plan/own-cow.ts';
import type { SnapshotStatus } from '../../../src/devices/plan/snapshot-status.ts';
import { bytes, SECTOR_BYTES, sectors } from '../../../src/devices/plan/units.ts';
import type { ClaimedDisk } from '../../../src/libvirt/claimed-disks.ts';
import type {
  BlockNode,
  Facts,
  FilePlace,
  Filesystem,
  MappedDevice,
  VmDisk,
} from '../../../src/overview/facts.ts';

export const GIBIBYTE = 1024 ** 3;
export const MEBIBYTE = 1024 ** 2;

/** A file that is attached to a loop device. */
export interface Attached {
  path: string;
  key: ImageKey;
  device: DeviceNumber;
}

export interface LayerOptions {
  /** Of the whole store, from 0 to 1. */
  filled?: number;
  status?: SnapshotStatus;
  openCount?: number;
  suspended?: boolean;
  merging?: boolean;
  place?: FilePlace;
}

/** Facts made up for a test, as a kernel would show them. */
export class World {
  readonly facts: Facts & {
    nodes: Map<DeviceNumber, BlockNode>;
    ownCows: Map<string, ImageKey | undefined>;
    derived: Map<string, DerivedLabel>;
    filesystems: Map<bigint, Filesystem>;
    domainNames: Map<number, string | undefined>;
  } = {
    devices: [],
    loops: [],
    nodes: new Map(),
    ownCows: new Map(),
    derived: new Map(),
    filesystems: new Map(),
    clones: [],
    disks: [],
    claimed: [],
    domainNames: new Map(),
    openers: [],
  };

  #inode = 1000n;
  readonly #size: number;

  constructor(size = 10 * GIBIBYTE) {
    this.#size = size;
  }

  attach(path: string, place: FilePlace = 'present'): Attached {
    const key = imageKey(0xfd01n, this.#inode++);
    const number = this.facts.loops.length;
    const device = deviceNumber(7, number);
    const present = place === 'present';
    this.facts.loops.push({
      node: `/dev/loop${number}`,
      device,
      key,
      whole: true,
      file: {
        path,
        place,
        size: present ? bytes(this.#size) : undefined,
        allocated: present ? bytes(MEBIBYTE) : undefined,
      },
    });
    return { path, key, device };
  }

  /** An image with an own cow of its present version, as long as no layer says otherwise. */
  base(path: string): Attached {
    const base = this.attach(path);
    if (ownCow(path) !== undefined) this.facts.ownCows.set(path, undefined);
    return base;
  }

  /** The present version: its cow is the file at the template's own cow. */
  version(base: Attached, options: LayerOptions = {}): MappedDevice {
    const path = ownCow(base.path) ?? '';
    const layer = this.layer(base, [], path, options);
    this.facts.ownCows.set(base.path, this.facts.loops.at(-1)?.key);
    return layer;
  }

  /** A layer on the base, or on other layers of it. */
  layer(
    base: Attached,
    under: readonly MappedDevice[],
    path: string,
    options: LayerOptions = {},
  ): MappedDevice {
    const cow = this.attach(path, options.place);
    const lower = under.at(-1);
    const lowerCows = lower?.identity.type === 'snapshot' ? lower.identity.cows : [];
    const all = sectors(this.#size / SECTOR_BYTES);
    const filled = options.filled ?? 0;
    return this.device({
      identity: { type: 'snapshot', base: base.key, cows: [...lowerCows, cow.key] },
      openCount: options.openCount ?? 0,
      suspended: options.suspended ?? false,
      target: {
        kind: 'snapshot',
        merging: options.merging ?? false,
        status: options.status ?? {
          kind: 'serving',
          used: sectors(Math.round(all * filled)),
          all,
          metadata: sectors(16),
        },
        table: {
          type: 'snapshot',
          length: all,
          origin: lower?.device ?? base.device,
          cow: cow.device,
          chunk: sectors(256),
          discardZeroesCow: true,
        },
      },
    });
  }

  origin(base: Attached, openCount = 1): MappedDevice {
    return this.device({
      identity: { type: 'origin', base: base.key },
      openCount,
      suspended: false,
      target: { kind: 'origin', base: base.device, size: bytes(this.#size) },
    });
  }

  device(device: Omit<MappedDevice, 'name' | 'device'>): MappedDevice {
    const made = {
      ...device,
      name: deviceName(device.identity),
      device: deviceNumber(254, this.facts.devices.length),
    };
    this.facts.devices.push(made);
    // Whoever lies on a device has it open.
    if (made.target.kind === 'snapshot') {
      const { origin } = made.target.table;
      const under = this.facts.devices.find(other => other.device === origin);
      if (under !== undefined) under.openCount += 1;
    }
    return made;
  }

  /** A disk of a VM by its record, which the kernel's backend serves too. */
  vm(on: MappedDevice, domain: number, name: string | undefined, options: Partial<VmDisk> = {}): void {
    this.facts.disks.push({
      domain,
      disk: 51712,
      recorded: true,
      connected: true,
      record: `backend-vbd-${domain}-51712`,
      name: on.name,
      device: on.device,
      ...options,
    });
    this.facts.domainNames.set(domain, name);
    if (options.connected ?? true) on.openCount += 1;
  }

  /** A disk that libvirt's hook has claimed for a domain; nobody has it open. */
  domain(on: MappedDevice, uuid: string, name: string | undefined, options: Partial<ClaimedDisk> = {}): void {
    const { driver = 'qemu', target = 'vda' } = options;
    const record = `libvirt-${driver}-${uuid}-${target}`;
    this.facts.claimed.push({ driver, uuid, target, record, domain: name, name: on.name, ...options });
  }
}
