import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_DATA } from './project.ts';

export interface OtherVm {
  name: string;
  features?: Record<string, string>;
  running?: boolean;
  xid?: number | null;
  gateway?: string;
  template?: OtherVm | null;
}

export interface DeviceAssignment {
  required: boolean;
  options: Record<string, string>;
  devices: {
    segment?: string;
    bus?: string;
    device?: string;
    function?: string;
    device_node?: string;
    backend_domain?: OtherVm;
  }[];
}

/** A VM's description, with what the samples have. */
export interface Description {
  name: string;
  uuid: string;
  virt_mode: string;
  memory: number;
  maxmem: number;
  vcpus: number;
  use_memory_hotplug: boolean;
  debug: boolean;
  kernel: string | null;
  kernel_path: string | null;
  initramfs_path: string | null;
  kernelopts: string;
  kernelopts_common: string;
  bootmode_kernelopts: string;
  stubdom_mem: number | null;
  features: Record<string, string>;
  template: OtherVm | null;
  netvm: OtherVm | null;
  mac: string;
  ip: string;
  ip6: string | null;
  dns: string[];
  netmask: string;
  audiovm: OtherVm | null;
  guivm: OtherVm | null;
  block_devices: {
    name: string;
    path: string;
    rw: boolean;
    domain: string | null;
    devtype: string;
    script: string | null;
    /** Where libvirt's hook is to make the device. */
    prepare?: 'snapshot' | 'origin' | null;
  }[];
  devices: Record<string, DeviceAssignment[]>;
  app: { host: { cpu_family_model: number[] }; domains: OtherVm[] };
  running: boolean;
}

export const SAMPLES = [
  'hvm_blk',
  'hvm_gui',
  'hvm_net',
  'hvm_pci',
  'hvm_tz',
  'pv',
  'pvh_apparmor',
  'pvh_net',
] as const;

export type Sample = (typeof SAMPLES)[number];

export function sampleFile(sample: Sample): string {
  return join(TEST_DATA, 'vm', `${sample}.json`);
}

/** A sample with some of its keys changed. */
export function description(sample: Sample, changes: Partial<Description> = {}): Description {
  return { ...JSON.parse(readFileSync(sampleFile(sample), 'utf8')), ...changes };
}
