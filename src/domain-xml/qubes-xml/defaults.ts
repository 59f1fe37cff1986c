import { featureNames, featureWithTemplate } from '../qubes/features.ts';
import { KernelFiles } from '../qubes/kernel-files.ts';
import { bootModeFeature, DEFAULT_BOOT_MODE } from '../qubes/kernel-options.ts';
import type { DeviceAssignment } from '../qubes/vm-data.ts';
import { devicesOf } from './devices.ts';
import type { StoredDomain } from './domain.ts';
import type { QubesStore } from './store.ts';
import { templateOf, withTemplates } from './templates.ts';

const DEFAULT_MEMORY = 400;
const DEFAULT_VCPUS = 2;
const DEFAULT_USER = 'user';
const DEFAULT_MODE = 'pvh';

/** The most that a VM gets where nothing says that it could use more. */
const DEFAULT_MAXMEM = 4000;

/** Linux sizes tables for the memory that it starts with; more than about ten times of it does not fit in. */
const LARGEST_GROWTH = 10;

export interface DefaultsSources {
  kernelsFolder: string;
  /** MiB. */
  hostMemory: number | undefined;
  lookUpHostMemory: () => Promise<number>;
}

/** What is stored for a VM, or follows where nothing is. The templates must not lead in a circle. */
export class Defaults {
  readonly #store: QubesStore;
  readonly #kernelsFolder: string;
  /** MiB; looked up when a rule needs it only. */
  readonly #hostMemory: () => Promise<number>;
  #knownHostMemory: number | undefined;
  readonly #pciDevices = new Map<StoredDomain, readonly DeviceAssignment[]>();

  /** `hostMemory` in MiB, where it is known already. */
  constructor(store: QubesStore, { kernelsFolder, hostMemory, lookUpHostMemory }: DefaultsSources) {
    this.#store = store;
    this.#kernelsFolder = kernelsFolder;
    this.#knownHostMemory = hostMemory;
    this.#hostMemory = lookUpHostMemory;
  }

  /** The PCI devices that are assigned, required or not. */
  pciDevices(vm: StoredDomain): readonly DeviceAssignment[] {
    const devices = this.#pciDevices.get(vm) ?? devicesOf(this.#store, vm, 'pci');
    this.#pciDevices.set(vm, devices);
    return devices;
  }

  #hasPciDevice(vm: StoredDomain): boolean {
    return this.pciDevices(vm).length > 0;
  }

  virtMode(vm: StoredDomain): string {
    const stored = vm.text('virt_mode')?.trim().toLowerCase() || this.#oldMode(vm);
    if (stored !== undefined) return stored;
    if (this.#hasPciDevice(vm)) return 'hvm';
    return this.#fromTemplate(vm, template => this.virtMode(template)) ?? DEFAULT_MODE;
  }

  /** What R3.2 and before stored. */
  #oldMode(vm: StoredDomain): string | undefined {
    const hvm = vm.flag('hvm');
    return hvm === undefined ? undefined : hvm ? 'hvm' : 'pv';
  }

  memory(vm: StoredDomain): number {
    return vm.number('memory') ?? this.#fromTemplate(vm, template => this.memory(template)) ?? DEFAULT_MEMORY;
  }

  vcpus(vm: StoredDomain): number {
    return vm.number('vcpus') ?? this.#fromTemplate(vm, template => this.vcpus(template)) ?? DEFAULT_VCPUS;
  }

  defaultUser(vm: StoredDomain): string {
    return (
      vm.text('default_user') ??
      this.#fromTemplate(vm, template => this.defaultUser(template)) ??
      DEFAULT_USER
    );
  }

  async maxmem(vm: StoredDomain): Promise<number> {
    const stored = vm.number('maxmem');
    if (stored !== undefined) return stored;
    if (!this.#canGrow(vm)) return 0;
    const template = templateOf(this.#store, vm);
    if (template !== null) return this.maxmem(template);
    this.#knownHostMemory ??= await this.#hostMemory();
    return this.#maxmemOf(vm, this.#knownHostMemory);
  }

  /** The same, without looking up what the host has: undefined where that would have to be known. */
  knownMaxmem(vm: StoredDomain): number | undefined {
    const stored = vm.number('maxmem');
    if (stored !== undefined) return stored;
    if (!this.#canGrow(vm)) return 0;
    const template = templateOf(this.#store, vm);
    if (template !== null) return this.knownMaxmem(template);
    return this.#knownHostMemory === undefined ? undefined : this.#maxmemOf(vm, this.#knownHostMemory);
  }

  #maxmemOf(vm: StoredDomain, hostMemory: number): number {
    const linux = vm.features.get('os') === 'Linux';
    return Math.min(linux ? this.memory(vm) * LARGEST_GROWTH : DEFAULT_MAXMEM, Math.floor(hostMemory / 2));
  }

  /** Whether something in the VM gives memory back: a whole machine may run a system that knows nothing of Xen. */
  #canGrow(vm: StoredDomain): boolean {
    if (this.#hasPciDevice(vm)) return false;
    if (this.virtMode(vm) !== 'hvm') return true;
    const related = withTemplates(this.#store, vm);
    const announces = featureNames(related).some(name => name.startsWith('supported-service.'));
    const writes = Boolean(featureWithTemplate(related, 'supported-service.meminfo-writer'));
    return Boolean(featureWithTemplate(related, 'qrexec')) && (writes || !announces);
  }

  /** The name of a kernel's folder; "" for none. */
  kernel(vm: StoredDomain): string {
    const stored = vm.text('kernel');
    if (stored !== undefined) return stored.trim();
    const inherited = this.#fromTemplate(vm, template => this.kernel(template));
    if (inherited !== undefined) return inherited;
    const globally = this.#store.globals.text('default_kernel');
    if (globally !== undefined) return globally.trim();
    throw this.#store.globals.problem('default_kernel', `is missing: VM ${vm.name} has no kernel of its own`);
  }

  kernelOptions(vm: StoredDomain): string {
    const stored = vm.text('kernelopts');
    if (stored !== undefined) return stored;
    const kernel = this.kernel(vm);
    if (kernel === '') return '';
    const inherited = this.#hasPciDevice(vm)
      ? undefined
      : this.#fromTemplate(vm, template => this.kernelOptions(template));
    if (inherited !== undefined) return inherited;
    const files = new KernelFiles({
      kernelsFolder: this.#kernelsFolder,
      kernel,
      virtMode: this.virtMode(vm),
      release: this.#store.release,
    });
    return files.defaultOptions({
      pciAssigned: this.#hasPciDevice(vm),
      suspendsToIdle: Boolean(this.#store.adminVm.features.get('suspend-s0ix')),
    });
  }

  /** The boot mode that follows where none is set (R4.3). One without options is none. */
  bootMode(vm: StoredDomain): string {
    const active = vm.features.get('boot-mode.active');
    if (active !== undefined && this.#isBootMode(vm, active)) return active;
    let subject = vm;
    for (let template = this.#template(vm); template !== null; template = this.#template(template)) {
      const mode = template.klass === 'TemplateVM' ? this.appVmBootMode(template) : undefined;
      if (mode !== undefined && this.#isBootMode(subject, mode)) return mode;
      subject = template;
    }
    return DEFAULT_BOOT_MODE;
  }

  /** The boot mode that a template has for those that are based on it. */
  appVmBootMode(template: StoredDomain): string {
    return (
      template.text('appvm_default_bootmode')?.trim() ||
      (template.features.get('boot-mode.appvm-default') ?? DEFAULT_BOOT_MODE)
    );
  }

  #isBootMode(vm: StoredDomain, mode: string): boolean {
    return mode === DEFAULT_BOOT_MODE || bootModeFeature(withTemplates(this.#store, vm), mode) !== undefined;
  }

  #template(vm: StoredDomain): StoredDomain | null {
    return templateOf(this.#store, vm);
  }

  #fromTemplate<T>(vm: StoredDomain, get: (template: StoredDomain) => T): T | undefined {
    const template = templateOf(this.#store, vm);
    return template === null ? undefined : get(template);
  }
}
