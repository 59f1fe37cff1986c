/** A device that a VM is to get. */
export interface ModelDevice {
  backend: string;
  port: string;
  /** As R4.3 stores it; none is what R4.2 stored. */
  mode?: string;
  /** What the device is, wherever it is plugged in. */
  identity?: string;
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
  revisionsToKeep?: number;
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
  /** All that admin.vm.property.GetAll says, as it says it, where that is recorded. */
  answers?: Record<string, string>;
  /** What admin.vm.property.GetDefault says, likewise. */
  defaults?: Record<string, string>;
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
  volume_group?: string;
  thin_pool?: string;
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

/** That of every label here. */
export const LABEL_COLOR = '0x000000';

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
    { name: 'vm-pool', driver: 'lvm_thin', volume_group: 'qubes_dom0', thin_pool: 'pool00' },
  ];
}

/** A smallest installation with these VMs in it, beside dom0. */
export function modelWith(vms: ModelVm[], changes: Partial<Model> = {}): Model {
  return {
    pools: pools('/var/lib/qubes'),
    vms: vms.some(({ klass }) => klass === 'AdminVM') ? vms : [DOM0, ...vms],
    ...changes,
    globals: {
      default_pool: 'vm-pool',
      default_pool_kernel: 'linux-kernel',
      ...(changes.globals ?? { default_kernel: '6.6.1' }),
    },
  };
}

/** The volumes that qubesd says a VM has: those that are stored, and those that every VM of its class has. */
export function allVolumes(model: Model, vm: ModelVm): ModelVolume[] {
  const given = vm.volumes ?? [];
  const usual = ['root', 'private', 'volatile', 'kernel'];
  const first = usual.map(name => given.find(each => each.name === name) ?? unstored(model, vm, name));
  return [...first, ...given.filter(({ name }) => !usual.includes(name))];
}

function unstored(model: Model, vm: ModelVm, name: string): ModelVolume {
  if (name === 'kernel') return { name, pool: model.globals['default_pool_kernel'] ?? '', vid: '' };
  const template = model.vms.find(each => each.name === vm.stored?.['template']);
  if (template !== undefined && (name === 'root' || (name === 'private' && vm.klass === 'DispVM'))) {
    const above = allVolumes(model, template).find(each => each.name === name);
    const pool = above?.pool ?? '';
    return {
      name,
      pool,
      vid: newVid(model, vm, name, pool),
      ...sourceOf(above),
      rw: true,
      snapOnStart: true,
    };
  }
  const pool = model.globals['default_pool'] ?? '';
  return { name, pool, vid: newVid(model, vm, name, pool), rw: true, saveOnStop: name !== 'volatile' };
}

function sourceOf(above: ModelVolume | undefined): { source?: string } {
  const source = above?.source ?? above?.vid;
  return source === undefined ? {} : { source };
}

function newVid(model: Model, vm: ModelVm, name: string, pool: string): string {
  const group = model.pools.find(each => each.name === pool)?.volume_group;
  if (group !== undefined) return `${group}/vm-${vm.name}-${name}`;
  return `${vm.klass === 'TemplateVM' ? 'vm-templates' : 'appvms'}/${vm.name}/${name}`;
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
