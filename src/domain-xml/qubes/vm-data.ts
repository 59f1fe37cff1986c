import type { Release } from './release.ts';

/**
 * What Qubes knows of a VM, with every default worked out: the same from qubesd and from qubes.xml. What follows from
 * it alone, or from the kernel's files, is worked out by assemble.
 */
export interface VmData {
  /** By whose rules the rest follows. */
  release: Release;
  name: string;
  qid: number;
  klass: string;
  uuid: string;
  label: Label;
  /** Null where the source does not tell. */
  tags: readonly string[] | null;
  state: RunState;
  virtMode: string;
  /** MiB, as all memory here. */
  memory: number;
  /** 0: memory cannot grow. */
  maxmem: number;
  vcpus: number;
  stubdomainMemory: number | null;
  debug: boolean;
  defaultUser: string;
  /** The name of a kernel's folder; "" for none. */
  kernel: string;
  kernelOptions: string;
  /** The boot mode that is set, or that follows. */
  bootMode: string;
  /** That which follows where none is set. */
  defaultBootMode: string;
  providesNetwork: boolean;
  mac: string;
  ip: string | null;
  ip6: string | null;
  /** The name servers; undefined, as the netmask, for one without a network. */
  dns: readonly string[] | undefined;
  netmask: string | undefined;
  /** What else qubesd says of it. */
  properties: PropertyValues;
  features: FeatureValues;
  template: RelatedVm | null;
  netvm: RelatedVm | null;
  audiovm: PeerVm | null;
  guivm: PeerVm | null;
  volumes: readonly Volume[];
  pciDevices: readonly DeviceAssignment[];
  blockDevices: readonly DeviceAssignment[];
  adminVm: RelatedVm;
  /** The others: dom0 is not among them, nor is the VM itself. */
  others: readonly OtherVm[];
  /** What is odd, one line each. */
  warnings: readonly string[];
}

/** A VM's label: the colour of the borders of its windows. */
export interface Label {
  /** As "red". */
  name: string;
  /** Undefined where the source does not tell. */
  index?: number | undefined;
  /** As "0xcc0000". */
  color?: string | undefined;
}

/** A property as JSON has it: a VM is an object with its name, one that is not set is null. */
export type PropertyValue = string | number | boolean | null | { name: string } | Label;

/** Properties by their names. */
export type PropertyValues = ReadonlyMap<string, PropertyValue>;

/** Another VM of the system. Only of those that the VM has to do with there is more than the name. */
export interface OtherVm {
  name: string;
  klass: string;
  properties?: PropertyValues;
  features?: FeatureValues;
}

/** The features set on a VM itself, by name; "" means no. */
export type FeatureValues = ReadonlyMap<string, string>;

export interface RunState {
  running: boolean;
  /** Xen's number of the domain; -1 for one that does not run. */
  xid: number;
}

/** A VM that features are looked up in, with those in which the look-up goes on. */
export interface RelatedVm {
  name: string;
  features: FeatureValues;
  /** What qubesd says of it; undefined for dom0. */
  properties?: PropertyValues;
  template?: RelatedVm | null;
  netvm?: RelatedVm | null;
  /** Of a net qube: the address that it has for those behind it. */
  gateway?: string | null;
}

/** A VM that serves this one's screen or sound. */
export interface PeerVm extends RunState {
  name: string;
}

/** A volume, and how its pool keeps it. */
export interface Volume {
  name: string;
  /** The volume's name in its pool. */
  vid: string;
  /** That of the volume that it is a snapshot of. */
  source: string | null;
  rw: boolean;
  snapOnStart: boolean;
  saveOnStop: boolean;
  /** Encrypted with a key that is forgotten when the VM stops. */
  ephemeral: boolean;
  /** How many former states are kept; -1: none, and the volume itself is used instead of a snapshot of it. */
  revisionsToKeep: number;
  poolName: string;
  pool: VolumePool;
}

/** A pool as far as paths follow from it. */
export type VolumePool =
  /** Image files with device-mapper on top: qubes' driver "file". */
  | { kind: 'file'; folder: string }
  /** LVM's thin volumes: `vid` is GROUP/VOLUME. */
  | { kind: 'lvm' }
  /** The modules of a kernel. */
  | { kind: 'kernel' }
  /** Any other, whose path is known. */
  | { kind: 'path'; path: string };

/** A device of another VM, or of dom0, that this one is to get. */
export interface DeviceAssignment {
  /** Undefined: of whichever has it. */
  backend: RelatedVm | undefined;
  /** The device's name there: 00_1f.2, sda; ANY_PORT for one that is known by what it is. */
  port: string;
  /** What it is: 0x10de:0x9999::p030000; ANY_IDENTITY for one that is known by its port. */
  identity: string;
  /** The VM does not start without it. */
  required: boolean;
  options: ReadonlyMap<string, string>;
}

/** The addresses of the name servers that every net qube serves: qubes' own. */
export const NAME_SERVERS = ['10.139.1.1', '10.139.1.2'] as const;

/** The same address for every VM: each has a cable of its own. */
export const NETMASK = '255.255.255.255';
export const MAC_ADDRESS = '00:16:3e:5e:6c:00';

/** A domain that runs from the start and has number 0. */
export const ADMIN_VM = 'dom0';
export const ADMIN_VM_STATE: RunState = { running: true, xid: 0 };
