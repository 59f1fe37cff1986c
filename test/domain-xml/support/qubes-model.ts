/** A device that a VM is to get. */
export interface ModelDevice {
  backend: string;
  port: string;
  /** As R4.3 stores it; none is what R4.2 stored. */
  mode?: string;
  options?: Record<string, string>;
}

export interface ModelVolume {
  name: string;
  pool: string;
  vid: string;
  source?: string;
  rw?: boolean;
  snapOnStart?: boolean;
  saveOnStop?: boolean;
  ephemeral?: boolean;
}

/** A VM as it is stored, and what qubesd makes of it. */
export interface ModelVm {
  name: string;
  klass: string;
  qid: number;
  /** What qubes.xml has beside name, qid, uuid and label; the value of a property that names a VM is its name. */
  stored?: Record<string, string>;
  /** What admin.vm.property.GetAll says: written out by hand from the rules, as nothing here may compute it. */
  resolved?: Record<string, string>;
  features?: Record<string, string>;
  tags?: string[];
  pci?: ModelDevice[];
  block?: ModelDevice[];
  volumes?: ModelVolume[];
}

export interface ModelPool {
  name: string;
  driver: string;
  dir_path?: string;
  ephemeral_volatile?: string;
}

/** A Qubes installation, as far as a description needs it. */
export interface Model {
  globals: Record<string, string>;
  pools: ModelPool[];
  vms: ModelVm[];
}

/** Properties that name a VM: qubes.xml may hold an id for them. */
export const VM_PROPERTIES = new Set([
  'template',
  'netvm',
  'audiovm',
  'guivm',
  'default_netvm',
  'default_guivm',
  'default_audiovm',
]);

/** A UUID that follows from the number. */
export function uuidOf(qid: number): string {
  return `7db78950-c467-4863-94d1-${qid.toString(16).padStart(12, '0')}`;
}

export const LABELS = ['red', 'green', 'black'] as const;

export function labelOf(vm: ModelVm): (typeof LABELS)[number] {
  return vm.klass === 'AdminVM' ? 'black' : (LABELS[vm.qid % 2] ?? 'red');
}

export const DOM0: ModelVm = { name: 'dom0', klass: 'AdminVM', qid: 0 };

/** The pools that every installation has; image files are kept below the folder. */
export function pools(folder: string): ModelPool[] {
  return [
    { name: 'linux-kernel', driver: 'linux-kernel', dir_path: `${folder}/vm-kernels` },
    { name: 'varlibqubes', driver: 'file', dir_path: folder },
    { name: 'reflinks', driver: 'file-reflink', dir_path: `${folder}/reflinks` },
    { name: 'vm-pool', driver: 'lvm_thin' },
  ];
}

/** A smallest installation with these VMs in it, beside dom0. */
export function modelWith(vms: ModelVm[], changes: Partial<Model> = {}): Model {
  return {
    globals: { default_kernel: '6.6.1' },
    pools: pools('/var/lib/qubes'),
    vms: vms.some(({ klass }) => klass === 'AdminVM') ? vms : [DOM0, ...vms],
    ...changes,
  };
}

/** The volumes of a VM made from a template, on LVM. */
export function lvmVolumes(name: string, template: string): ModelVolume[] {
  return [
    {
      name: 'root',
      pool: 'vm-pool',
      vid: `qubes_dom0/vm-${name}-root`,
      source: `qubes_dom0/vm-${template}-root`,
      rw: true,
      snapOnStart: true,
    },
    {
      name: 'private',
      pool: 'vm-pool',
      vid: `qubes_dom0/vm-${name}-private`,
      rw: true,
      saveOnStop: true,
    },
    { name: 'volatile', pool: 'vm-pool', vid: `qubes_dom0/vm-${name}-volatile`, rw: true },
    { name: 'kernel', pool: 'linux-kernel', vid: '6.6.1' },
  ];
}
