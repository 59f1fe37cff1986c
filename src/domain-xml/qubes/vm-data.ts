/**
 * What Qubes knows of a VM, with every default worked out: the same from qubesd and from qubes.xml. What follows from
 * it alone, or from the kernel's files, is worked out by assemble.
 */
export interface VmData {
  name: string;
  qid: number;
  klass: string;
  uuid: string;
  /** The label's name, as "red". */
  label: string;
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
  bootMode: string;
  providesNetwork: boolean;
  mac: string;
  ip: string | null;
  ip6: string | null;
  dns: readonly string[];
  features: FeatureValues;
  template: RelatedVm | null;
  netvm: RelatedVm | null;
  audiovm: PeerVm | null;
  guivm: PeerVm | null;
  volumes: readonly Volume[];
  pciDevices: readonly DeviceAssignment[];
  blockDevices: readonly DeviceAssignment[];
  adminVm: RelatedVm;
  /** What is odd, one line each. */
  warnings: readonly string[];
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
  backend: RelatedVm;
  /** The device's name there: 00_1f.2, sda. */
  port: string;
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
